"""Leads by the million, made inside the database, for measurements and for trying out sizes."""

from typing import Final

from django.db import connection, transaction

from campaigns import queue, windows
from campaigns.models import Campaign, Lead, WindowClass

# Zones around the world, so that at any hour some leads may be called and others not.
ZONES: Final = (
    "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Phoenix",
    "America/Denver", "America/Chicago", "America/New_York", "America/Halifax",
    "America/Sao_Paulo", "Atlantic/Azores", "Europe/London", "Europe/Berlin", "Europe/Athens",
    "Africa/Nairobi", "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok",
    "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane", "Australia/Sydney", "Pacific/Auckland",
)  # fmt: skip
# Where some of them lie, so that rules of countries and states hold for those leads.
PLACES: Final = {
    "America/New_York": ("US", "FL"), "America/Chicago": ("US", "TX"),
    "America/Denver": ("US", "UT"),
    "America/Los_Angeles": ("US", "WA"), "America/Phoenix": ("US", "AZ"),
    "America/Anchorage": ("US", "AK"), "Pacific/Honolulu": ("US", "HI"),
    "America/Halifax": ("CA", "NS"), "Europe/London": ("GB", ""),
}  # fmt: skip
CHUNK: Final = 100_000
_LONGEST: Final = 10_000_000  # numbers of seven digits in one list

# Every number from the first to the last, without a table of numbers: both engines know this.
_INSERT: Final = """
    INSERT INTO {table} ({columns})
    WITH RECURSIVE digit (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM digit WHERE n < 9),
    thousand (n) AS (SELECT a.n * 100 + b.n * 10 + c.n FROM digit a, digit b, digit c),
    place (id, n) AS (
        SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 FROM campaigns_windowclass
        WHERE id IN ({places})
    )
    SELECT {values}
    FROM (
        SELECT %s + a.n * 1000 + b.n AS n FROM thousand a, thousand b WHERE a.n * 1000 + b.n < %s
    ) AS number
    JOIN place ON place.n = number.n %% %s
    JOIN {table} AS model ON model.id = %s
"""


def load(campaign: Campaign, count: int) -> int:
    """Adds leads with made-up numbers to a campaign, in chunks; returns how many it then has.

    The numbers differ from campaign to campaign and cannot be dialed: no country has the code.
    """
    classes = [_class(zone).pk for zone in ZONES]
    begun = Lead.objects.filter(campaign=campaign).count()
    if begun + count > _LONGEST:
        raise ValueError("A list of made-up leads has ten million rows at most.")
    model = _first(campaign, begun)
    for start in range(begun + 1, begun + count, CHUNK):
        with transaction.atomic():
            _insert(campaign, model, classes, start, min(CHUNK, begun + count - start))
    queue.wake(campaign.pk)
    return Lead.objects.filter(campaign=campaign).count()


def _class(zone: str) -> WindowClass:
    return windows.class_for([zone], *PLACES.get(zone, ()))


def _first(campaign: Campaign, number: int) -> Lead:
    """The lead whose columns the others take over."""
    return Lead.objects.create(
        organization_id=campaign.organization_id,
        campaign=campaign,
        phone=f"{_prefix(campaign)}{number:07d}",
        name="Made-up person",
        rank=number,
        window_class=_class(ZONES[number % len(ZONES)]),
    )


def _insert(campaign: Campaign, model: Lead, classes: list[int], start: int, count: int) -> None:
    """Copies the model with other numbers; ranks are spread, as those of a sorted sheet are not."""
    digits = (
        "LPAD(number.n, 7, '0')" if connection.vendor == "mysql" else "printf('%%07d', number.n)"
    )
    joined = f"CONCAT(%s, {digits})" if connection.vendor == "mysql" else f"%s || {digits}"
    own = {
        **_people(),
        "phone": joined,
        "rank": "(number.n * 7919) %% 1000003",
        "window_class_id": "place.id",
    }
    columns = [str(f.column) for f in Lead._meta.concrete_fields if not f.primary_key]
    quote = connection.ops.quote_name
    statement = _INSERT.format(
        table=quote(Lead._meta.db_table),
        columns=", ".join(quote(column) for column in columns),
        places=", ".join(str(pk) for pk in classes),
        values=", ".join(own.get(column, f"model.{quote(column)}") for column in columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [_prefix(campaign), start, count, len(classes), model.pk])


def _people() -> dict[str, str]:
    """Names, companies and addresses that differ, so that looking for them is no guess."""
    letters = [f"number.n * 7919 / {26**place} %% 26" for place in range(5)]
    if connection.vendor == "mysql":
        signs = [f"CHAR(97 + FLOOR({one}) USING utf8mb4)" for one in letters]
        return {
            "name": f"CONCAT({', '.join(signs[:3])}, 'a ', {', '.join(signs[3:])}, 'son')",
            "company": f"CONCAT({', '.join(signs[2:])}, ' works')",
            "email": f"CONCAT({', '.join(signs[1:4])}, number.n, '@example.test')",
        }
    signs = [f"char(97 + {one})" for one in letters]
    return {
        "name": f"{' || '.join(signs[:3])} || 'a ' || {' || '.join(signs[3:])} || 'son'",
        "company": f"{' || '.join(signs[2:])} || ' works'",
        "email": f"{' || '.join(signs[1:4])} || number.n || '@example.test'",
    }


def _prefix(campaign: Campaign) -> str:
    """A calling code that nobody has, and five digits that belong to the campaign."""
    return f"+999{campaign.pk % 100_000:05d}"
