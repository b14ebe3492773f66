"""What must be right before the system starts; `manage.py check` says what is not."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.files.storage import FileSystemStorage, storages
from django.db import connections

from core import config

SHORTEST_SECRET = 50
FEWEST_LETTERS = 5


@register(Tags.security)
def secret_key_is_strong(**_: Any) -> list[CheckMessage]:
    """Whoever guesses the secret key makes tokens for anyone."""
    secret = settings.SECRET_KEY
    if len(secret) >= SHORTEST_SECRET and len(set(secret)) >= FEWEST_LETTERS:
        return []
    message = f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters, or too uniform."
    hint = "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    return [Error(message, hint=hint, id="core.E001")]


@register(Tags.security, deploy=True)
def proxies_are_known(**_: Any) -> list[CheckMessage]:
    """Behind an unknown proxy everyone has its address, and shares its limits of guessing."""
    if settings.LOCAL or settings.TRUSTED_PROXIES > 0:
        return []
    message = "TRUSTED_PROXIES is 0, but production expects TLS in front."
    hint = "Say how many proxies add to X-Forwarded-For; see .env.example."
    return [checks.Warning(message, hint=hint, id="core.W003")]


@register()
def settings_are_valid(**_: Any) -> list[CheckMessage]:
    """A setting that cannot be read would fail in the middle of a call."""
    return [Error(problem, id="core.E002") for problem in config.problems()]


@register()
def folders_are_writable(**_: Any) -> list[CheckMessage]:
    """Recordings and sheets must have a place."""
    stores = [storages[alias] for alias in settings.STORAGES if alias != "staticfiles"]
    places = {Path(store.location) for store in stores if isinstance(store, FileSystemStorage)}
    return [
        Error(f"Files cannot be written to {place}.", hint="See MEDIA_ROOT.", id="core.E003")
        for place in sorted(places)
        if not _writable(place)
    ]


@register(Tags.database)
def time_zones_are_loaded(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Without these tables MariaDB answers NULL to every question about local time."""
    return [
        checks.Warning(
            "The time-zone tables of the database are empty; reports by local day would be empty.",
            hint="mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb --user=root mysql",
            id="core.W001",
        )
        for alias in _mariadbs(databases)
        if not _converts(alias)
    ]


def _mariadbs(databases: Iterable[str] | None) -> list[str]:
    return [alias for alias in databases or () if connections[alias].vendor == "mysql"]


def _converts(alias: str) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT CONVERT_TZ('2026-01-01 00:00:00', 'UTC', 'America/New_York')")
        row = cursor.fetchone()
    return row is not None and row[0] is not None


def _writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False
