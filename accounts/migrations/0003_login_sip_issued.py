from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_seat_last_active")]

    operations = [
        migrations.AddField(
            model_name="loginsession",
            name="sip_issued_at",
            field=models.DateTimeField(null=True),
        ),
    ]
