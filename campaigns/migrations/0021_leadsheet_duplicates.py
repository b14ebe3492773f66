from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0020_leadsheet_duplicate_days")]

    operations = [
        migrations.AddField(
            model_name="leadsheet",
            name="duplicates",
            field=models.CharField(
                choices=[
                    ("campaign", "In this campaign"),
                    ("organization", "In any campaign"),
                    ("recent", "In any campaign, lately"),
                ],
                default="campaign",
                max_length=16,
            ),
        ),
    ]
