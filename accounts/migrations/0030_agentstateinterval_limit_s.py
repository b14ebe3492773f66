from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_agentstateinterval_reason_label"),
    ]

    operations = [
        migrations.AddField(
            model_name="agentstateinterval",
            name="limit_s",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
