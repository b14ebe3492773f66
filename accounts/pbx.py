"""A person's own PBX: the one server beyond ours that their pages may speak to."""

import re
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.models import LoginSession, SipAccount

# What stands in a header is matched whole, wherever the row came from.
_ORIGIN: Final = re.compile(r"wss://[a-z0-9.-]+(:[0-9]{1,5})?(?=/|\Z)", re.I)


class SourcesMiddleware:
    """Names the PBX of the request's person in the content policy of their pages alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Only what the request has looked up already: a page that asks nobody's name asks nothing.
        login: LoginSession | None = getattr(request, "_login", None)
        origin = origin_of(getattr(login.user, "sip_account", None)) if login else ""
        if origin and not hasattr(response, "_csp_config"):
            policy: dict[str, Any] = dict(settings.SECURE_CSP)
            policy["connect-src"] = [*policy["connect-src"], origin]
            response._csp_config = policy  # type: ignore[attr-defined]  # read by Django's middleware
        return response


def origin_of(account: SipAccount | None) -> str:
    """The origin of a third party's PBX; empty without one, or for what is no address."""
    if account is None or not account.secret:
        return ""
    found = _ORIGIN.match(account.ws_url)
    return found[0] if found else ""
