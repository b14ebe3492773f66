from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_sheet_rows_suppressed")]

    operations = [
        migrations.RemoveField(model_name="leadsheet", name="rejects_file"),
    ]
