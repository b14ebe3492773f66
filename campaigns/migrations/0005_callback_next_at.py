from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_attempt_corrected_at")]

    operations = [
        migrations.AddField(
            model_name="callback",
            name="next_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
    ]
