import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0052_lead_of_campaign"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="active_sheet",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="campaigns.leadsheet",
            ),
        ),
    ]
