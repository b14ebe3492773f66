from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_suppression_pattern")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="caller_id_choice",
            field=models.CharField(
                choices=[("fixed", "Always the same"), ("area", "Of the area that is called")],
                default="fixed",
                max_length=16,
            ),
        ),
    ]
