from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0049_lead_by_company_goes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["organization", "email", "id", "campaign"], name="lead_to_find_email"
            ),
        ),
    ]
