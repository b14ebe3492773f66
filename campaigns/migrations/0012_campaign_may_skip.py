from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_campaign_lines_per_agent")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="may_skip",
            field=models.BooleanField(default=True),
        ),
    ]
