from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0043_sheet_rows_consented"),
    ]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="rows_stopped",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
