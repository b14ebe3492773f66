from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0023_supervise_agentseat"),
    ]

    operations = [
        migrations.AddField(
            model_name="agentseat",
            name="moved_because",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
