"""The gate of pages: who may open a view, and how refusals look to people."""

import functools
import ipaddress
from collections.abc import Callable
from typing import Any, Concatenate
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from core.errors import DomainError, refusal_of

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires[**P](*permissions: str, on_detour: bool = False) -> Callable[[View[P]], View[P]]:
    """Opens a page to people who hold all the permissions; without any, to whoever is logged in.

    Someone with a `detour` is led to the page of that name; the pages there are `on_detour`.

    An anonymous page load goes through `/api/auth/continue`, which renews an expired access token
    and else shows the login; an anonymous fragment gets a 401, which the page's script handles.
    """

    def decorate(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def gate(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return ask_to_log_in(request)
            if (detour := detour_of(request.user)) and not on_detour:
                return redirect(detour)
            if not request.user.has_perms(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        gate.permissions = permissions  # type: ignore[attr-defined]  # read by the access table
        return gate

    return decorate


def detour_of(user: Any) -> str:
    """The name of the page that a person must pass before all others; empty when there is none."""
    return str(getattr(user, "detour", ""))


def public[**P](view: View[P]) -> View[P]:
    """Opens a page to everyone, on purpose; the access table lists it so."""
    view.permissions = None  # type: ignore[attr-defined]  # read by the access table
    return view


def asks_for(request: HttpRequest, *parts: str) -> bool:
    """Whether only one of these parts of a page is asked for, by the id of its element.

    A link or form within such a part asks for a whole page, wherever htmx would put it.
    """
    boosted = request.headers.get("HX-Boosted") == "true"
    return request.headers.get("HX-Target") in parts and not boosted


def ask_to_log_in(request: HttpRequest) -> HttpResponse:
    """Sends a page load through the renewal of its session; tells a fragment 401."""
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return HttpResponse("Your session has ended. Log in again.", status=401)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseRedirect(reverse(settings.LOGIN_URL))
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"{reverse('accounts-api:continue')}?{query}")


def address_of(request: HttpRequest) -> str | None:
    """The address of whoever asks; None when there is none, as behind a local socket.

    Each of the `TRUSTED_PROXIES` in front adds the address that it was asked from to
    X-Forwarded-For; what stands before these is whatever the asker wrote there.
    """
    found = _address(request.META.get("REMOTE_ADDR", ""))
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(told) >= proxies:
            return _address(told[-proxies]) or found
    return found


def _address(text: str) -> str | None:
    try:
        found = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    # A socket of both families writes IPv4 as IPv6.
    return str(getattr(found, "ipv4_mapped", None) or found)


class ErrorMiddleware:
    """Answers a `DomainError` of a page: a toast for a fragment, a page for a page load."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The refusal in words, with its own status."""
        if (refusal := refusal_of(error)) is None:
            return None
        if request.path.startswith(("/api/", "/internal/")):
            return JsonResponse(problem(refusal), status=refusal.status)
        if request.headers.get("HX-Request"):
            return HttpResponse(refusal.message, status=refusal.status, content_type="text/plain")
        return render(request, "refused.html", {"error": refusal}, status=refusal.status)


def problem(error: DomainError) -> dict[str, Any]:
    """The envelope of every refusal under `/api/`."""
    return {
        "success": False,
        "message": error.message,
        "code": error.code,
        "errors": error.errors,
    }
