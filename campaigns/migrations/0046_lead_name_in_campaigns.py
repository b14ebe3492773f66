from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0045_consent_sheet"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["organization", "name", "id", "campaign"], name="lead_to_find_name"
            ),
        ),
    ]
