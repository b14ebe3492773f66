"""Who may open the routes of the system itself."""

from tests.access import EVERYONE, NO_ROLE, SUPERADMIN_ONLY, Route

ROUTES = [
    Route("core:activity", {"GET": SUPERADMIN_ONLY}),
    # Opened by the token of METRICS_TOKEN alone.
    Route("core:metrics", {"GET": NO_ROLE}),
    Route("core-api:health", {"GET": EVERYONE}),
]
