from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_sheet_reject")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="rows_suppressed",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
