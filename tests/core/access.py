"""Who may open the routes of the system itself."""

from typing import Any

from core import audit
from tests.access import EVERYONE, NO_ROLE, SUPERADMIN_ONLY, Cast, Route


def entry(cast: Cast) -> dict[str, Any]:
    """An entry of the audit log about the organization."""
    return {"pk": audit.record("organization.changed", cast.organization).pk}


def as_file(cast: Cast) -> dict[str, Any]:
    """The log as a file."""
    return {"kind": "csv"}


ROUTES = [
    Route("core:activity", {"GET": SUPERADMIN_ONLY}),
    Route("core:audit", {"GET": SUPERADMIN_ONLY}),
    Route("core:audit_entry", {"GET": SUPERADMIN_ONLY}, entry),
    Route("core:audit_export", {"GET": SUPERADMIN_ONLY}, as_file, public=True),
    # Opened by the token of METRICS_TOKEN alone.
    Route("core:metrics", {"GET": NO_ROLE}),
    Route("core-api:health", {"GET": EVERYONE}),
]
