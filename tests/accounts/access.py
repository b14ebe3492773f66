"""Who may open the routes of accounts."""

from tests.access import AGENT, EVERYONE, LOGGED_IN, NO_ROLE, Route

ROUTES = [
    Route("accounts:login", {"GET": EVERYONE, "POST": EVERYONE}),
    Route("accounts:logout", {"POST": EVERYONE}),
    Route("accounts:theme", {"POST": EVERYONE}),
    Route("accounts-api:login", {"POST": EVERYONE}),
    Route("accounts-api:refresh", {"POST": EVERYONE}),
    Route("accounts-api:logout", {"POST": EVERYONE}),
    Route("accounts-api:me", {"GET": LOGGED_IN}),
    Route("accounts-api:continue", {"GET": EVERYONE}),
    Route("accounts-api:presence", {"GET": {AGENT}}),
    Route("accounts-api:ready", {"POST": {AGENT}}),
    Route("accounts-api:break", {"POST": {AGENT}}),
    Route("accounts-api:offline", {"POST": {AGENT}}),
    Route("accounts-api:breaks", {"GET": {AGENT}}),
    Route("accounts-api:softphone", {"GET": {AGENT}}),
    Route("accounts-internal:ha1", {"GET": NO_ROLE}),
]
