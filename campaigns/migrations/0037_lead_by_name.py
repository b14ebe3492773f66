from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0036_lead_attempts_before"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["organization", "name", "id"], name="lead_by_name"),
        ),
    ]
