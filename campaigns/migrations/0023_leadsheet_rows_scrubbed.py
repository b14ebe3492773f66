from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0022_leadsheet_rows_removed")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="rows_scrubbed",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
