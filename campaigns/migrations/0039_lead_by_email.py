from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0038_lead_by_company"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["organization", "email", "id"], name="lead_by_email"),
        ),
    ]
