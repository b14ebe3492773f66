from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def choose(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The newest of the lists that counted as active, for several could."""
    sheets = apps.get_model("campaigns", "LeadSheet").objects.filter(active=True, status="done")
    newest = sheets.filter(campaign=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    apps.get_model("campaigns", "Campaign").objects.update(active_sheet=Subquery(newest))


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0053_campaign_active_sheet"),
    ]

    operations = [
        migrations.RunPython(choose, migrations.RunPython.noop),
    ]
