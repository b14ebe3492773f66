from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0028_retryrule_other_day_part")]

    operations = [
        migrations.AlterField(
            model_name="leadsheet",
            name="status",
            field=models.CharField(
                choices=[
                    ("uploaded", "Uploaded"),
                    ("waiting", "Waiting"),
                    ("importing", "Importing"),
                    ("done", "Imported"),
                    ("failed", "Failed"),
                    ("canceled", "Canceled"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                ],
                default="uploaded",
                max_length=16,
            ),
        ),
    ]
