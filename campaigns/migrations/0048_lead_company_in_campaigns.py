from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0047_lead_by_name_goes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["organization", "company", "id", "campaign"], name="lead_to_find_company"
            ),
        ),
    ]
