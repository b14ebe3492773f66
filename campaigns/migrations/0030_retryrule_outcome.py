from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0029_leadsheet_status")]

    operations = [
        migrations.AlterField(
            model_name="retryrule",
            name="outcome",
            field=models.CharField(blank=True, max_length=16),
        ),
    ]
