"""Who may speak for a call: its agent, or whoever holds its upload token."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from calls import tokens
from calls.models import Call

TOKEN = "X-Call-Token"  # noqa: S105  # a header's name
TOKEN_PARAMETER = OpenApiParameter(
    TOKEN,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The call's upload token, in place of a login.",
)


class ByToken(APIView):
    """Opened by the call's upload token, whoever is logged in; else by a login, as usual."""

    permissions: Any = ("calls.add_call",)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """None for a request that shows a token: a stale login must not stop it."""
        return [] if self._has_token() else super().get_authenticators()

    def get_permissions(self) -> Any:
        """None for a request that shows a token: the token is checked against the call."""
        return [] if self._has_token() else super().get_permissions()

    def call_of(self, request: Request, ref: UUID) -> Call:
        """The call of the address, if the request may speak for it."""
        if not self._has_token():
            return visible(request, ref)
        if not tokens.opens(request.headers[TOKEN], ref):
            raise PermissionDenied("This token does not open this call.", "bad_token")
        return get_object_or_404(Call, public_id=ref)

    def _has_token(self) -> bool:
        request = getattr(self, "request", None)
        return request is not None and TOKEN in request.headers


def visible(request: Request, ref: UUID) -> Call:
    """The call, if the request's user sees it; any other does not exist."""
    return get_object_or_404(Call.objects.for_user(request.user), public_id=ref)
