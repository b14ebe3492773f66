from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0014_campaign_preview_limit_s")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("marketing", "Telemarketing"),
                    ("service", "Service"),
                    ("debt", "Debt collection"),
                    ("survey", "Survey"),
                ],
                default="marketing",
                max_length=16,
            ),
        ),
    ]
