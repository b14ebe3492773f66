from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_drop_callback_due")]

    operations = [
        migrations.AddIndex(
            model_name="callback",
            index=models.Index(
                fields=["campaign", "done_at", "next_at", "id"], name="callback_to_queue"
            ),
        ),
    ]
