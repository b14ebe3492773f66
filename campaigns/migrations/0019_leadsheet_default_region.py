from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0018_lead_phone_index")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="default_region",
            field=models.CharField(blank=True, max_length=2),
        ),
    ]
