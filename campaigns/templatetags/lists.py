"""How campaigns' values look on a page."""

from django import template

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
def of(names: dict[int, str], key: int) -> str:
    """The name that a key stands for; empty when there is none."""
    return names.get(key, "")
