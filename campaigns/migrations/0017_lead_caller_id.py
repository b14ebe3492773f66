from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0016_campaign_reserve_agent_first")]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="caller_id",
            field=models.CharField(blank=True, max_length=16),
        ),
    ]
