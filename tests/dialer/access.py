"""Who may open the routes of the composition root."""

from tests.access import EVERYONE, LOGGED_IN, Route

ROUTES = [
    Route("home", {"GET": LOGGED_IN}),
    Route("offline", {"GET": EVERYONE}),
    Route("service_worker", {"GET": EVERYONE}),
    Route("schema", {"GET": LOGGED_IN}),
]
