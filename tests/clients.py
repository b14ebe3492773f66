"""Browsers and machines of tests: clients that are logged in as the product knows it."""

from django.test import Client

from accounts import logins
from accounts.authentication import ACCESS, REFRESH, REFRESH_PATH
from accounts.models import User


def browser(user: User | None = None, *, csrf: bool = False) -> Client:
    """A browser, logged in as this person or as nobody; `csrf` makes the server strict."""
    client = Client(enforce_csrf_checks=csrf)
    if user is not None:
        entry = logins.open_login(user, address="127.0.0.1", agent="test browser")
        client.cookies[ACCESS] = entry.access
        client.cookies[REFRESH] = entry.refresh
        client.cookies[REFRESH]["path"] = REFRESH_PATH
    return client


def machine(user: User) -> Client:
    """A program that shows a bearer token; it needs no CSRF token."""
    entry = logins.open_login(user, address="127.0.0.1", agent="test machine")
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {entry.access}"})
