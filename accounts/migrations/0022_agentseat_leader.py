from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_breakreason_position"),
    ]

    operations = [
        migrations.AddField(
            model_name="agentseat",
            name="leader",
            field=models.UUIDField(null=True),
        ),
    ]
