from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0020_remove_passwordreset_attempts"),
    ]

    operations = [
        migrations.AddField(
            model_name="breakreason",
            name="position",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
