import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_slots_rule_version")]

    operations = [
        migrations.CreateModel(
            name="SheetReject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("duplicate", "Duplicate"), ("invalid", "Invalid")],
                        max_length=16,
                    ),
                ),
                ("code", models.CharField(max_length=32)),
                ("reason", models.CharField(max_length=255)),
                (
                    "sheet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejects",
                        to="campaigns.leadsheet",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sheet", "row"), name="row_is_rejected_once"
                    )
                ],
            },
        ),
    ]
