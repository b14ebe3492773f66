from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_callback_to_queue")]

    operations = [
        migrations.AddField(
            model_name="campaignslots",
            name="rule_version",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
