from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0019_leadsheet_default_region")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="duplicate_days",
            field=models.PositiveSmallIntegerField(default=30),
        ),
    ]
