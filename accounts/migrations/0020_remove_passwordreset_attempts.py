from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0019_loginsession_rotated_from"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="passwordreset",
            name="attempts",
        ),
    ]
