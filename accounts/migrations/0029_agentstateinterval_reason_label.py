from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0028_agentseat_break_limit_s"),
    ]

    operations = [
        migrations.AddField(
            model_name="agentstateinterval",
            name="reason_label",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
