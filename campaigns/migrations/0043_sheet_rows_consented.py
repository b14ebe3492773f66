from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0042_sheet_consent"),
    ]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="rows_consented",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
