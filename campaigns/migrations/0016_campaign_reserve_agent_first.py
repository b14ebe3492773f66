from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0015_campaign_purpose")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="reserve_agent_first",
            field=models.BooleanField(default=True),
        ),
    ]
