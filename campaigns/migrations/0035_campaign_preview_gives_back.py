from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0034_phonestate_reassigned_on"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="preview_gives_back",
            field=models.BooleanField(default=False),
        ),
    ]
