from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0051_lead_by_email_goes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["campaign", "id"], name="lead_of_campaign"),
        ),
    ]
