"""The API's way to a new password: a code by mail, a token for it, a password for the token."""

from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import passwords, tasks
from accounts.api.door import Door
from accounts.serializers import (
    ForgotSerializer,
    OtpSerializer,
    ResetSerializer,
    ResetTokenSerializer,
    SuccessSerializer,
)
from core.web import address_of


class ForgotPassword(Door):
    """Asks for a code by mail."""

    @extend_schema(request=ForgotSerializer, responses=SuccessSerializer)
    def post(self, request: Request) -> Response:
        """200, whether anyone has this address or not."""
        sent = ForgotSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        ask(request._request, sent.validated_data["email"])
        return Response({"success": True})


class VerifyOtp(Door):
    """Exchanges the code for a token."""

    @extend_schema(request=OtpSerializer, responses=ResetTokenSerializer)
    def post(self, request: Request) -> Response:
        """400 `wrong_code` whatever is wrong; five guesses an hour, however many codes."""
        sent = OtpSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        token = passwords.verify_code(
            said["email"], said["otp"], address=address_of(request._request)
        )
        return Response({"success": True, "reset_token": token})


class ResetPassword(Door):
    """Sets the password by that token."""

    @extend_schema(request=ResetSerializer, responses=SuccessSerializer)
    def post(self, request: Request) -> Response:
        """410 `reset_ended`, 400 `weak_password`; every login of the person ends."""
        sent = ResetSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        passwords.reset(said["reset_token"], said["new_password"])
        return Response({"success": True})


def ask(request: HttpRequest, email: str) -> None:
    """Hints at a mail, unless there were too many; the same work for every address."""
    if passwords.may_ask(email, address=address_of(request)):
        tasks.send_reset_code.delay(email)
