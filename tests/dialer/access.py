"""Who may open the routes of the composition root."""

from tests.access import LOGGED_IN, Route

ROUTES = [
    Route("home", {"GET": LOGGED_IN}),
    Route("schema", {"GET": LOGGED_IN}),
]
