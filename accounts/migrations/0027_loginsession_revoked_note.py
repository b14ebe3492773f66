from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0026_loginsession_revoked_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="loginsession",
            name="revoked_note",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
