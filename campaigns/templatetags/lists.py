"""How campaigns' values look on a page."""

from zoneinfo import ZoneInfo

from django import template

from campaigns import windows
from campaigns.models import Callback

register = template.Library()
_UNITS = ((86_400, "day", "days"), (3600, "hour", "hours"), (60, "minute", "minutes"))


@register.filter
def lasting(seconds: int) -> str:
    """A span in its largest whole unit, such as "2 hours"."""
    for size, one, many in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {one if count == 1 else many}"
    return f"{seconds} seconds"


@register.filter
def remaining(seconds: int) -> str:
    """About how long something still takes, such as "3 min"."""
    return f"{-(-seconds // 60)} min" if seconds >= 60 else f"{seconds} s"


@register.filter
def of(names: dict[int, str], key: int) -> str:
    """The name that a key stands for; empty when there is none."""
    return names.get(key, "")


@register.filter
def their_time(promise: Callback) -> str:
    """The promised time on the lead's own clock; a dash when their zone is not known for sure."""
    zones = windows.zones_of(promise.lead)
    clocks = {f"{promise.due_at.astimezone(ZoneInfo(zone)):%a %H:%M}" for zone in zones}
    return clocks.pop() if len(clocks) == 1 else "—"
