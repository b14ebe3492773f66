from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0054_active_sheets"),
    ]

    operations = [
        migrations.RemoveField(model_name="leadsheet", name="active"),
    ]
