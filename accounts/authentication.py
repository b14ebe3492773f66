"""Who asks: how a page, a request of the API and a socket are known by a login's tokens."""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from functools import partial, wraps
from typing import Any, Concatenate

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, parse_cookie
from django.middleware.csrf import CsrfViewMiddleware, rotate_token
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework_simplejwt.settings import api_settings

from accounts import apitokens, logins
from accounts.models import ApiToken, LoginSession, User
from accounts.tokens import PENDING_LASTS
from core.web import address_of

ACCESS, REFRESH, PENDING = "access", "refresh", "pending"
FAREWELL = "farewell"  # why a login has ended, for whoever is at the browser then
_FAREWELL_LASTS = timedelta(minutes=5)
REFRESH_PATH = "/api/auth/"

type Scope = MutableMapping[str, Any]
type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]
type Application = Callable[[Scope, Any, Any], Awaitable[Any]]


# Where someone is led whose role demands a second factor that they have not set up.
ENROLMENT = "accounts:second_factor"


class SessionMiddleware(AuthenticationMiddleware):
    """Sets `request.user` from the access cookie, when something first looks at it.

    Django's admin demands a subclass of its own middleware.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Leaves a promise: a page that asks nobody's name costs no query."""
        request.user = SimpleLazyObject(lambda: _user_of(request))  # type: ignore[assignment]  # stands in for the user
        request.auser = partial(_auser_of, request)


class TokenAuthentication(BaseAuthentication):
    """The API's authentication: a bearer token, or the access cookie with a CSRF token.

    `request.auth` is the LoginSession, or the ApiToken of a machine.
    """

    def authenticate(self, request: Request) -> tuple[User, LoginSession | ApiToken] | None:
        """The user and login or token of the request; None when it carries neither.

        Raises AuthenticationFailed for a bearer token that is not valid (any more), and
        PermissionDenied for a cookie-borne write without its CSRF token.
        """
        if bearer := _bearer(request.headers.get("Authorization", "")):
            if bearer.startswith(apitokens.START):
                return _by_token(request, bearer)
            login = logins.of_access_token(bearer)
            if login is None:
                raise exceptions.AuthenticationFailed("The token is not valid.", "invalid_token")
            return _led(login), login
        login = login_of(request._request)
        if login is None:
            return None
        enforce_csrf(request._request)
        return _led(login), login

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401, not 403, to someone it does not know."""
        return 'Bearer realm="dialer"'


class SocketAuth:
    """ASGI middleware: puts `user` and `login` (or None) of a socket into its scope."""

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> Any:
        """Asks once, at the handshake; the `session.revoked` event ends it later."""
        login = await sync_to_async(_login_of_scope, thread_sensitive=False)(scope)
        user: User | AnonymousUser = login.user if login else AnonymousUser()
        return await self.inner({**scope, "user": user, "login": login}, receive, send)


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def login_of(request: HttpRequest) -> LoginSession | None:
    """The living login of the request's access cookie, looked up once."""
    if not hasattr(request, "_login"):
        raw = request.COOKIES.get(ACCESS, "")
        request._login = logins.of_access_token(raw) if raw else None  # type: ignore[attr-defined]  # kept for this request
    found: LoginSession | None = request._login  # type: ignore[attr-defined]  # set above
    return found


def person(request: HttpRequest | Request) -> User:
    """The person of a request that has passed its gate."""
    assert isinstance(request.user, User)
    return request.user


def enforce_csrf(request: HttpRequest) -> None:
    """Refuses an unsafe request without its CSRF token, though DRF's views are exempt.

    Raises PermissionDenied.
    """
    check = _CsrfCheck(_nothing)
    check.process_request(request)
    if reason := check.process_view(request, _nothing, (), {}):
        raise exceptions.PermissionDenied(f"CSRF check failed: {reason}", "csrf_failed")


def remember(request: HttpRequest, response: HttpResponse, entry: logins.Entry) -> None:
    """Gives a browser its cookies: scripts cannot read them, other sites cannot send them."""
    # The access cookie outlives its token, so that a late log-out still knows what to end.
    _set(response, ACCESS, entry.access, path="/")
    _set(response, REFRESH, entry.refresh, path=REFRESH_PATH)
    response.delete_cookie(PENDING, path="/", samesite="Lax")
    response.delete_cookie(FAREWELL, path="/", samesite="Lax")
    rotate_token(request)


def remember_half(response: HttpResponse, pending: str) -> None:
    """Lets a browser keep that the password was right, until the second factor's code comes."""
    _set(response, PENDING, pending, path="/", lasts=PENDING_LASTS)


def forget(response: HttpResponse, said: str = "") -> None:
    """Takes a browser's cookies away; `said` is why, for the login page to which it comes next."""
    response.delete_cookie(ACCESS, path="/", samesite="Lax")
    response.delete_cookie(REFRESH, path=REFRESH_PATH, samesite="Lax")
    if said:
        farewell = signing.dumps(said, salt=FAREWELL)
        _set(response, FAREWELL, farewell, path="/", lasts=_FAREWELL_LASTS)


def farewell(request: HttpRequest) -> str:
    """Why the login of this browser has just ended, in a sentence; empty when nothing is to say."""
    try:
        raw = request.COOKIES.get(FAREWELL, "")
        return str(signing.loads(raw, salt=FAREWELL, max_age=_FAREWELL_LASTS))
    except signing.BadSignature:
        return ""


def asker(request: HttpRequest) -> dict[str, Any]:
    """Address and user agent of a request, as a login keeps them."""
    return {
        "address": address_of(request),
        "agent": request.headers.get("User-Agent", ""),
    }


def login_to_end(request: HttpRequest) -> LoginSession | None:
    """The login that a log-out means: of the bearer token, else of either cookie."""
    bearer = _bearer(request.headers.get("Authorization", ""))
    access = bearer or request.COOKIES.get(ACCESS, "")
    return logins.to_end(access=access, refresh=request.COOKIES.get(REFRESH, ""))


def leave(request: HttpRequest) -> HttpResponse:
    """Ends the login of a page, and shows the login page again."""
    if known := login_to_end(request):
        logins.log_out(known)
    response = HttpResponseRedirect(reverse("accounts:login"))
    forget(response)
    return response


def landing(request: HttpRequest, wanted: str | None) -> str:
    """Where a login leads: the wanted page if it is one of ours, else the person's home."""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted else reverse("home")


def edge_only[**P](view: View[P]) -> View[P]:
    """Opens a view to the SIP edge alone, which shows its token in `X-Edge-Token`."""

    @wraps(view)
    def gate(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        shown = request.headers.get("X-Edge-Token", "").encode()
        expected = settings.SIP_EDGE_TOKEN.encode()
        if not expected or not secrets.compare_digest(shown, expected):
            return HttpResponse("forbidden", status=403, content_type="text/plain")
        return view(request, *args, **kwargs)

    gate.permissions = None  # type: ignore[attr-defined]  # read by the access table
    return gate


def _set(
    response: HttpResponse,
    name: str,
    value: str,
    *,
    path: str,
    lasts: timedelta | None = None,
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=lasts or api_settings.REFRESH_TOKEN_LIFETIME,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )


def _nothing(*_: object, **__: object) -> HttpResponse:
    return HttpResponse()


def _user_of(request: HttpRequest) -> User | AnonymousUser:
    login = login_of(request)
    return _led(login) if login else AnonymousUser()


def _led(login: LoginSession) -> User:
    """The login's person, who is led to set up a second factor where one is missing."""
    login.user.detour = ENROLMENT if login.must_enrol else ""
    return login.user


def _by_token(request: Request, raw: str) -> tuple[User, ApiToken]:
    """A machine's token and its person, of whose logins it knows nothing."""
    is_door = request.path.startswith(REFRESH_PATH)  # logins are opened there, and kept
    token = None if is_door else apitokens.of(raw, address=address_of(request._request))
    if token is None:
        raise exceptions.AuthenticationFailed("The token is not valid.", "invalid_token")
    request._request.api_token = token  # type: ignore[attr-defined]  # read by the audit log
    token.user.detour = ENROLMENT if apitokens.must_enrol(token) else ""
    return token.user, token


async def _auser_of(request: HttpRequest) -> User | AnonymousUser:
    return await sync_to_async(_user_of)(request)


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _login_of_scope(scope: Scope) -> LoginSession | None:
    headers = {name: value.decode("latin1") for name, value in scope.get("headers", [])}
    raw = _bearer(headers.get(b"authorization", ""))
    raw = raw or parse_cookie(headers.get(b"cookie", "")).get(ACCESS, "")
    if not raw:
        return None
    close_old_connections()
    try:
        login = logins.of_access_token(raw)
        return None if login and login.must_enrol else login
    finally:
        close_old_connections()
