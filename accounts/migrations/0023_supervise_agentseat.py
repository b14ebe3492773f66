from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0022_agentseat_leader"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="agentseat",
            options={"permissions": [("supervise_agentseat", "Can move other people's seats")]},
        ),
    ]
