from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0027_loginsession_revoked_note"),
    ]

    operations = [
        migrations.AddField(
            model_name="agentseat",
            name="break_limit_s",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
