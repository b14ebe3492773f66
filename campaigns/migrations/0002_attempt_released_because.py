from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="dialattempt",
            name="released_because",
            field=models.CharField(blank=True, max_length=32),
        ),
    ]
