from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0025_leadsheet_share")]

    operations = [
        migrations.AddField(
            model_name="retryrule",
            name="disposition_key",
            field=models.BigIntegerField(default=0),
        ),
    ]
