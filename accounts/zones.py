"""The names of time zones that can be chosen."""

import functools
import zoneinfo

from core.errors import InputError


@functools.cache
def names() -> tuple[str, ...]:
    """Places such as `Europe/Berlin`, and UTC first."""
    places = (name for name in zoneinfo.available_timezones() if "/" in name)
    kept = sorted(name for name in places if not name.startswith(("Etc/", "SystemV/", "posix")))
    return ("UTC", *kept)


def demand(name: str) -> None:
    """Raises InputError for a name that is no time zone."""
    if name not in zoneinfo.available_timezones():
        sentence = "There is no such time zone."
        raise InputError(sentence, errors={"timezone": [sentence]})
