from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0026_retryrule_disposition_key")]

    operations = [
        migrations.AddField(
            model_name="retryrule",
            name="factor",
            field=models.DecimalField(decimal_places=2, default=1, max_digits=4),
        ),
    ]
