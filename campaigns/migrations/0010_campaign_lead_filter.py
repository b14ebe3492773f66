from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_campaign_caller_id_choice")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="lead_filter",
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
