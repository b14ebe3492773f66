"""How values look on a page: durations, numbers, times, icons, form fields."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django import template
from django.forms import BoundField, CheckboxInput, FileInput, Select, SelectMultiple, Textarea
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.phone import format_for_people

register = template.Library()


@register.filter
def duration_ms(value: int | None) -> str:
    """Milliseconds as `m:ss` or `h:mm:ss`; nothing for None."""
    if value is None:
        return ""
    minutes, seconds = divmod(round(value / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter
def phone(number: str | None) -> str:
    """An E.164 number in international form; anything else as it is."""
    return format_for_people(number or "").replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def words(code: str) -> str:
    """`wrapped_up` as `wrapped up`."""
    return str(code).replace("_", " ").replace(".", " ")


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """A Tabler icon; decorative unless labelled. Its class is found in templates by Tailwind."""
    classes = f"icon-base icon-[tabler--{name}] {size}"
    if label:
        return format_html('<span class="{}" role="img" aria-label="{}"></span>', classes, label)
    return format_html('<span class="{}" aria-hidden="true"></span>', classes)


@register.simple_tag(takes_context=True)
def localtime_tag(
    context: template.Context,
    at: datetime | None,
    *,
    seconds: bool = False,
    only_time: bool = False,
) -> SafeString | str:
    """A time in the viewer's zone, with the exact time in its title."""
    if at is None:
        return "—"
    local = at.astimezone(_zone(context))
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    shown = clock if only_time else f"{_day(local)} {clock}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
        shown,
    )


@register.simple_tag
def since_tag(at: datetime | None) -> SafeString | str:
    """A running timer since then; the page's script ticks it once a second."""
    if at is None:
        return "—"
    passed = duration_ms(_passed(at) // timedelta(milliseconds=1))
    return format_html('<time class="tnum" data-since="{0}">{1}</time>', at.isoformat(), passed)


@register.simple_tag(takes_context=True)
def ago_tag(context: template.Context, at: datetime | None) -> SafeString | str:
    """How long ago, up to a day, kept right by the page's script; then the date."""
    if at is None:
        return "—"
    local = at.astimezone(_zone(context))
    minutes = _passed(at) // timedelta(minutes=1)
    if minutes < 1:
        shown = "just now"
    elif minutes < 60:
        shown = f"{minutes} min ago"
    elif minutes < 24 * 60:
        shown = f"{minutes // 60} h ago"
    else:
        shown = f"{_day(local)} {local:%H:%M}"
    return format_html(
        '<time datetime="{0}" data-ago="{0}" title="{1}">{2}</time>',
        at.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
        shown,
    )


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form field with the house's classes; Django ties its help and errors to it."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        classes = "checkbox checkbox-sm checkbox-primary"
    elif isinstance(widget, SelectMultiple):
        classes = "select select-sm w-full h-32"
    elif isinstance(widget, Select):
        classes = "select select-sm w-full"
    elif isinstance(widget, Textarea):
        classes = "textarea textarea-sm w-full"
    elif isinstance(widget, FileInput):
        classes = "file-input file-input-sm w-full"
    else:
        classes = "input input-sm w-full"
    return field.as_widget(attrs={"class": classes})


def _zone(context: template.Context) -> ZoneInfo:
    user = getattr(context.get("request"), "user", None)
    return ZoneInfo(getattr(user, "timezone", None) or "UTC")


def _day(local: datetime) -> str:
    this_year = timezone.now().astimezone(local.tzinfo).year == local.year
    return f"{local.day} {local:%b}" if this_year else f"{local.day} {local:%b %Y}"


def _passed(at: datetime) -> timedelta:
    return max(timezone.now() - at, timedelta())
