from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0024_leadsheet_scrub")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="share",
            field=models.PositiveSmallIntegerField(default=1),
        ),
    ]
