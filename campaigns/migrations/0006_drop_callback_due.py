from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0005_callback_next_at")]

    operations = [
        migrations.RemoveIndex(model_name="callback", name="callback_due"),
    ]
