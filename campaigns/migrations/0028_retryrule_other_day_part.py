from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0027_retryrule_factor")]

    operations = [
        migrations.AddField(
            model_name="retryrule",
            name="other_day_part",
            field=models.BooleanField(default=False),
        ),
    ]
