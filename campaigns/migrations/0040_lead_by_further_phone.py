from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0039_lead_by_email"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="leadphone",
            index=models.Index(fields=["phone", "lead"], name="lead_by_further_phone"),
        ),
    ]
