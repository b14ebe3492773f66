from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0012_campaign_may_skip")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="next_phone_on",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
