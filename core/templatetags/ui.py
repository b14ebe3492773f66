"""How values look on a page: durations, numbers, times, icons, form fields."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from django import template
from django.forms import BoundField, CheckboxInput, Select, SelectMultiple, Textarea
from django.utils.html import format_html
from django.utils.safestring import SafeString

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
    if not number or not number.startswith("+"):
        return number or ""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return str(
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    ).replace(" ", "\N{NO-BREAK SPACE}")


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
    user = getattr(context.get("request"), "user", None)
    zone = ZoneInfo(getattr(user, "timezone", None) or "UTC")
    local = at.astimezone(zone)
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    shown = clock if only_time else f"{local.day} {local:%b} {clock}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        f"{local:%Y-%m-%d %H:%M:%S %Z}",
        shown,
    )


@register.simple_tag
def since_tag(at: datetime | None) -> SafeString:
    """A running timer since then; the page's script ticks it once a second."""
    if at is None:
        return format_html("{}", "—")
    return format_html('<time data-since="{}" datetime="{}">0:00</time>', at.isoformat(), at)


@register.filter
def styled(field: BoundField) -> SafeString:
    """A form field with the house's classes."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        classes = "checkbox checkbox-sm checkbox-primary"
    elif isinstance(widget, SelectMultiple):
        classes = "select select-sm w-full h-32"
    elif isinstance(widget, Select):
        classes = "select select-sm w-full"
    elif isinstance(widget, Textarea):
        classes = "textarea textarea-sm w-full"
    else:
        classes = "input input-sm w-full"
    attributes: dict[str, Any] = {"class": classes}
    if field.errors:
        attributes |= {"aria-invalid": "true", "aria-describedby": f"{field.id_for_label}-error"}
    return field.as_widget(attrs=attributes)
