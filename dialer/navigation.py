"""The shell's navigation: what each person may open, by permission."""

import time
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


PHONE = "calls.add_call"
SEATS = "accounts.view_agentseat"
NUMBERS = "accounts.change_callerid"
# Icons are whole class names, so that Tailwind finds them.
GROUPS: dict[str, tuple[Item, ...]] = {
    "Work": (
        Item("Dial", "calls:dial", "icon-[tabler--headset]", PHONE),
        Item("Floor", "calls:live", "icon-[tabler--layout-dashboard]", "calls.view_live_calls"),
        Item("Presence", "accounts:people_now", "icon-[tabler--user-check]", SEATS),
        Item("Calls", "calls:history", "icon-[tabler--history]", "calls.view_call"),
    ),
    "Lists": (
        Item(
            "Callbacks",
            "campaigns:callbacks",
            "icon-[tabler--calendar-event]",
            "campaigns.view_callback",
        ),
        Item(
            "Campaigns",
            "campaigns:list",
            "icon-[tabler--speakerphone]",
            "campaigns.change_campaign",
        ),
        Item("Leads", "campaigns:search", "icon-[tabler--user-search]", "campaigns.view_lead"),
        Item(
            "Sheets",
            "campaigns:sheets",
            "icon-[tabler--table]",
            "campaigns.view_leadsheet",
        ),
        Item(
            "Not called",
            "campaigns:suppression",
            "icon-[tabler--phone-off]",
            "campaigns.view_suppressionentry",
        ),
        Item(
            "Consent",
            "campaigns:consents",
            "icon-[tabler--circle-check]",
            "campaigns.view_consentrecord",
        ),
        Item("Rules", "campaigns:rules", "icon-[tabler--gavel]", "campaigns.view_callingrule"),
    ),
    "AI calls": (
        Item("Voices", "agentic:list", "icon-[tabler--robot]", "agentic.view_agenticcampaign"),
        Item("Runs", "agentic:runs", "icon-[tabler--player-play]", "agentic.view_aicall"),
        Item("Lines", "agentic:trunks", "icon-[tabler--route]", "agentic.change_agenticcampaign"),
        Item(
            "Real voice",
            "agentic:voice",
            "icon-[tabler--microphone]",
            "agentic.change_agenticcampaign",
        ),
    ),
    "People": (
        Item("People", "accounts:people", "icon-[tabler--users]", "accounts.change_user"),
        Item("Teams", "accounts:teams", "icon-[tabler--users-group]", "accounts.change_team"),
        Item("Roles", "accounts:roles", "icon-[tabler--key]", "accounts.change_rolepolicy"),
        Item("Caller IDs", "accounts:caller_ids", "icon-[tabler--phone-call]", NUMBERS),
    ),
    "System": (
        Item(
            "Organizations",
            "accounts:organizations",
            "icon-[tabler--building]",
            "accounts.change_organization",
        ),
        Item("Activity", "core:activity", "icon-[tabler--activity]", "core.view_event"),
        Item("Audit", "core:audit", "icon-[tabler--shield-check]", "core.view_auditentry"),
        Item("Administration", "admin:index", "icon-[tabler--settings]", "core.change_featureflag"),
    ),
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of base.html: navigation, theme, sidebar, the server's clock in milliseconds."""
    user = getattr(request, "user", None)
    theme = request.COOKIES.get("theme", "system")
    return {
        "navigation": navigation(request) if user and user.is_authenticated else [],
        "has_phone": has_phone(user) if user and user.is_authenticated else False,
        "theme": theme if theme in THEMES else "system",
        "theme_choices": THEMES.items(),
        "sidebar": "folded" if request.COOKIES.get("sidebar") == "folded" else "open",
        "now_ms": time.time_ns() // 1_000_000,
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links that the person may open; the one that leads here is active."""
    groups: list[dict[str, Any]] = [
        {"label": label, "items": shown}
        for label, items in GROUPS.items()
        if (shown := [_link(item) for item in items if _may_open(request.user, item)])
    ]
    links = [link for group in groups for link in group["items"]]
    leading = [link for link in links if request.path.startswith(link["url"])]
    for link in links:
        # A page deep in one section may also begin like another.
        link["active"] = link is max(leading, key=lambda found: len(found["url"]), default=None)
    return groups


def _link(item: Item) -> dict[str, Any]:
    return {
        "label": item.label,
        "url": reverse(item.url_name),
        "icon": item.icon,
        # Django's admin brings its own page frame and scripts.
        "outside": item.url_name.startswith("admin:"),
    }


def has_phone(user: Any) -> bool:
    """Whether the softphone is beside the pages: calls belong to an organization."""
    return bool(user.organization_id and user.has_perm(PHONE))


def _may_open(user: Any, item: Item) -> bool:
    return has_phone(user) if item.permission == PHONE else bool(user.has_perm(item.permission))
