from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_campaign_lead_filter")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="lines_per_agent",
            field=models.DecimalField(decimal_places=1, default=1, max_digits=3),
        ),
    ]
