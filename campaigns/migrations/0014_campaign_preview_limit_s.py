from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0013_campaign_next_phone_on")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="preview_limit_s",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
