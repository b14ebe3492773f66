from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0017_lead_caller_id")]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="phone_index",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
