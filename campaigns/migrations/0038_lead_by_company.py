from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0037_lead_by_name"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["organization", "company", "id"], name="lead_by_company"),
        ),
    ]
