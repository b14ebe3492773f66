from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0035_campaign_preview_gives_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="attempts_before",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
