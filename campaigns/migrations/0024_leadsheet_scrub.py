from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0023_leadsheet_rows_scrubbed")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="scrub",
            field=models.BooleanField(default=False),
        ),
    ]
