from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0017_loginfailure_purpose"),
    ]

    operations = [
        migrations.AddField(
            model_name="loginsession",
            name="must_enrol",
            field=models.BooleanField(default=False),
        ),
    ]
