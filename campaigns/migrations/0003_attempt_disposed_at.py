from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_attempt_released_because")]

    operations = [
        migrations.AddField(
            model_name="dialattempt",
            name="disposed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
