from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0046_lead_name_in_campaigns"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="lead", name="lead_by_name"),
    ]
