from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0032_one_rule_per_result")]

    operations = [
        migrations.RemoveConstraint(
            model_name="retryrule",
            name="one_rule_per_outcome",
        ),
    ]
