from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0030_agentstateinterval_limit_s"),
    ]

    operations = [
        migrations.AddField(
            model_name="agentstateinterval",
            name="is_paid",
            field=models.BooleanField(default=True),
        ),
    ]
