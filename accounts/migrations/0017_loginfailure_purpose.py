from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0016_recovery_code"),
    ]

    operations = [
        migrations.AddField(
            model_name="loginfailure",
            name="purpose",
            field=models.CharField(default="login", max_length=16),
        ),
    ]
