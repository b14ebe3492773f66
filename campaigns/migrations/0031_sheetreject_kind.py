from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0030_retryrule_outcome")]

    operations = [
        migrations.AlterField(
            model_name="sheetreject",
            name="kind",
            field=models.CharField(
                choices=[
                    ("duplicate", "Duplicate"),
                    ("invalid", "Invalid"),
                    ("suppressed", "Not to be called"),
                ],
                max_length=16,
            ),
        ),
    ]
