from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_attempt_disposed_at")]

    operations = [
        migrations.AddField(
            model_name="dialattempt",
            name="corrected_at",
            field=models.DateTimeField(null=True),
        ),
    ]
