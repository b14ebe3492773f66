from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0041_suppression_source_ai"),
    ]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="consent",
            field=models.JSONField(default=dict),
        ),
    ]
