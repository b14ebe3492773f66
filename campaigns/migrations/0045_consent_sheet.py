import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0044_sheet_rows_stopped"),
    ]

    operations = [
        migrations.AddField(
            model_name="consentrecord",
            name="sheet",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="campaigns.leadsheet",
            ),
        ),
    ]
