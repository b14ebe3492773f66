from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0021_leadsheet_duplicates")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="rows_removed",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
