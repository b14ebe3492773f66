from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0018_loginsession_must_enrol"),
    ]

    operations = [
        migrations.AddField(
            model_name="loginsession",
            name="rotated_from",
            field=models.GenericIPAddressField(null=True),
        ),
    ]
