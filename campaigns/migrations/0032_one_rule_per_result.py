from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0031_sheetreject_kind")]

    operations = [
        migrations.AddConstraint(
            model_name="retryrule",
            constraint=models.UniqueConstraint(
                fields=("campaign", "outcome", "disposition_key"), name="one_rule_per_result"
            ),
        ),
    ]
