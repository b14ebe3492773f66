"""Breaks on record take over what their reasons say now: nothing older is known of them."""

from typing import Any

from django.db import migrations


def take_over(apps: Any, schema_editor: Any) -> None:
    """Copies each reason to the breaks of its code, and its limit to whoever is on one."""
    intervals = apps.get_model("accounts", "AgentStateInterval").objects
    seats = apps.get_model("accounts", "AgentSeat").objects
    for reason in apps.get_model("accounts", "BreakReason").objects.all():
        of_it = intervals.filter(organization=reason.organization_id, reason=reason.code)
        of_it.update(reason_label=reason.label, limit_s=reason.limit_s, is_paid=reason.is_paid)
        seats.filter(state="break", break_reason=reason).update(break_limit_s=reason.limit_s)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0031_agentstateinterval_is_paid"),
    ]

    operations = [
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
