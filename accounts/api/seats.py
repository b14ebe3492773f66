"""The API of an agent's seat: their state, their breaks, and how their softphone starts."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import presence, sip
from accounts.authentication import person
from accounts.models import BreakReason, LoginSession
from accounts.serializers import (
    BreakReasonsSerializer,
    BreakSerializer,
    ReadySerializer,
    SeatSerializer,
    SoftphoneSerializer,
)


class _Agent(APIView):
    """For those who have a seat."""

    permissions = ("accounts.change_agentseat",)


class Presence(_Agent):
    """The asking agent's state."""

    @extend_schema(responses=SeatSerializer)
    def get(self, request: Request) -> Response:
        """The seat as the server holds it."""
        return Response(SeatSerializer(presence.current(person(request))).data)


class Ready(_Agent):
    """Ready for calls of the named campaigns."""

    @extend_schema(request=ReadySerializer, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The new state; during a call, the present one, and readiness follows it."""
        wanted = ReadySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        seat = presence.ready(person(request), wanted.validated_data["campaigns"])
        return Response(SeatSerializer(seat).data)


class TakeBreak(_Agent):
    """Away for a reason."""

    @extend_schema(request=BreakSerializer, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The new state; during a call, the present one, and the break follows it."""
        wanted = BreakSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reasons = BreakReason.objects.for_user(person(request))
        reason = get_object_or_404(reasons, code=wanted.validated_data["reason"])
        return Response(SeatSerializer(presence.take_break(person(request), reason)).data)


class Offline(_Agent):
    """Out of the queue."""

    @extend_schema(request=None, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The new state; during a call, the present one, and going offline follows it."""
        return Response(SeatSerializer(presence.offline(person(request))).data)


class Breaks(_Agent):
    """The breaks that an agent may take."""

    @extend_schema(responses=BreakReasonsSerializer)
    def get(self, request: Request) -> Response:
        """By label."""
        reasons = BreakReason.objects.for_user(person(request)).filter(is_active=True)
        return Response(BreakReasonsSerializer({"reasons": reasons.order_by("label")}).data)


class Softphone(_Agent):
    """How the softphone registers and records."""

    @extend_schema(responses=SoftphoneSerializer)
    def get(self, request: Request) -> Response:
        """Hands out this login's SIP secret as HA1: the phone opened last is the one that rings."""
        assert isinstance(request.auth, LoginSession)
        line = sip.line_for(request.auth)
        return Response(SoftphoneSerializer(sip.settings_of(line)).data)
