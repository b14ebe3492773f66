"""The API's door: logins opened, kept and ended, and who is asking."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import logins
from accounts.authentication import (
    PENDING,
    REFRESH,
    asker,
    enforce_csrf,
    forget,
    landing,
    login_to_end,
    person,
    remember,
    remember_half,
)
from accounts.logins import SessionEndedError
from accounts.serializers import (
    CodeSerializer,
    EntrySerializer,
    LoginSerializer,
    PersonSerializer,
    RefreshSerializer,
    SuccessSerializer,
)
from core.web import address_of


class Door(APIView):
    """Known by the tokens in the request itself; JSON only, which no foreign form can send."""

    authentication_classes = ()
    parser_classes = (JSONParser,)
    permissions = None


class Login(Door):
    """Opens a login: cookies for a browser, tokens for a machine that says `bearer`."""

    @extend_schema(request=LoginSerializer, responses=EntrySerializer)
    def post(self, request: Request) -> Response:
        """401 `wrong_credentials`, whatever was wrong; 401 `second_factor_required` for a code."""
        wanted = LoginSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        bearer = wanted.validated_data.pop("bearer")
        try:
            entry = logins.log_in(**wanted.validated_data, **asker(request._request))
        except logins.SecondFactorNeededError as half:
            response = self.handle_exception(half)
            if bearer:
                response.data["pending"] = half.pending
            else:
                remember_half(response, half.pending)
            return response
        return _answer(request._request, entry, bearer=bearer)


class LoginCode(Door):
    """The second step of a login: the code of an authenticator, or a recovery code."""

    @extend_schema(request=CodeSerializer, responses=EntrySerializer)
    def post(self, request: Request) -> Response:
        """401 `wrong_code`; 401 `pending_ended` when the first step was too long ago."""
        sent = CodeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        if not said["pending"]:
            enforce_csrf(request._request)
        pending = said["pending"] or request.COOKIES.get(PENDING, "")
        entry = logins.log_in_by_code(pending, said["code"], **asker(request._request))
        return _answer(request._request, entry, bearer=said["bearer"])


class Refresh(Door):
    """Exchanges a refresh token, from the cookie or the body, for a new pair."""

    @extend_schema(request=RefreshSerializer, responses=EntrySerializer)
    def post(self, request: Request) -> Response:
        """401 `session_ended` when the login has ended; the cookies are then taken away."""
        sent = RefreshSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if raw := sent.validated_data["refresh"]:
            return _answer(
                request._request,
                logins.refresh(raw, address=address_of(request._request)),
                bearer=True,
            )
        enforce_csrf(request._request)
        try:
            entry = _renewed(request._request)
        except SessionEndedError as ended:
            response = self.handle_exception(ended)
            forget(response, ended.said)
            return response
        return _answer(request._request, entry, bearer=False)


class Logout(Door):
    """Ends the login of the request."""

    @extend_schema(request=None, responses=SuccessSerializer)
    def post(self, request: Request) -> Response:
        """200 even when the login had ended before."""
        if "Authorization" not in request.headers:
            enforce_csrf(request._request)
        if known := login_to_end(request._request):
            logins.log_out(known)
        response = Response({"success": True})
        forget(response)
        return response


class Me(APIView):
    """Who am I."""

    permissions = ()

    @extend_schema(responses=EntrySerializer)
    def get(self, request: Request) -> Response:
        """The person of the request."""
        return Response({"success": True, "user": PersonSerializer(person(request)).data})


class Continue(Door):
    """A page load's way through an expired access token."""

    @extend_schema(
        parameters=[OpenApiParameter("next", OpenApiTypes.STR)],
        responses={302: None},
    )
    def get(self, request: Request) -> HttpResponse:
        """On to `next` with new cookies, or to the login that leads there."""
        wanted = landing(request._request, request.query_params.get("next"))
        try:
            entry = _renewed(request._request)
        except SessionEndedError as ended:
            response = redirect(f"{reverse('accounts:login')}?{urlencode({'next': wanted})}")
            forget(response, ended.said)
            return response
        response = HttpResponseRedirect(wanted)
        remember(request._request, response, entry)
        return response


def _renewed(request: HttpRequest) -> logins.Entry:
    return logins.refresh(request.COOKIES.get(REFRESH, ""), address=address_of(request))


def _answer(request: HttpRequest, entry: logins.Entry, *, bearer: bool) -> Response:
    body: dict[str, Any] = {"success": True, "user": PersonSerializer(entry.login.user).data}
    if bearer:
        return Response(body | {"access": entry.access, "refresh": entry.refresh})
    response = Response(body)
    remember(request, response, entry)
    return response
