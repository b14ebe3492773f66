"""The shell's navigation: what each person may open, by permission."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

THEMES = {"light": "Light", "dark": "Dark", "system": "System"}


@dataclass(frozen=True, slots=True)
class Item:
    """A page in the sidebar; shown to whoever holds the permission."""

    label: str
    url_name: str
    icon: str
    permission: str


# Icons are whole class names, so that Tailwind finds them.
GROUPS: dict[str, tuple[Item, ...]] = {
    "Work": (
        Item("Dial", "calls:dial", "icon-[tabler--headset]", "calls.add_call"),
        Item("Floor", "calls:live", "icon-[tabler--layout-dashboard]", "calls.view_live_calls"),
        Item("Calls", "calls:history", "icon-[tabler--history]", "calls.view_call"),
    ),
    "Lists": (
        Item(
            "Campaigns",
            "campaigns:list",
            "icon-[tabler--speakerphone]",
            "campaigns.change_campaign",
        ),
    ),
    "System": (
        Item("Activity", "core:activity", "icon-[tabler--activity]", "core.view_event"),
        Item("Administration", "admin:index", "icon-[tabler--settings]", "core.change_featureflag"),
    ),
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html: navigation, theme, sidebar."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "system")
    return {
        "navigation": _navigation(request) if user and user.is_authenticated else [],
        "theme": theme if theme in THEMES else "system",
        "theme_choices": THEMES.items(),
        "sidebar": "folded" if request.COOKIES.get("sidebar") == "folded" else "open",
    }


def _navigation(request: HttpRequest) -> list[dict[str, Any]]:
    groups = []
    for label, items in GROUPS.items():
        shown = [_link(item, request) for item in items if request.user.has_perm(item.permission)]
        if shown:
            groups.append({"label": label, "items": shown})
    return groups


def _link(item: Item, request: HttpRequest) -> dict[str, Any]:
    url = reverse(item.url_name)
    return {
        "label": item.label,
        "url": url,
        "icon": item.icon,
        "active": request.path.startswith(url),
        # Django's admin brings its own page frame and scripts.
        "outside": item.url_name.startswith("admin:"),
    }
