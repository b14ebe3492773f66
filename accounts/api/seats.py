"""The API of an agent's seat: their state, their breaks, and how their softphone starts."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import presence, sip
from accounts.authentication import person
from accounts.models import AgentSeat, BreakReason, LoginSession
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

    def shown(self, request: Request, seat: AgentSeat) -> Response:
        """The seat as the pages of this login see it."""
        assert isinstance(request.auth, LoginSession)
        return Response(SeatSerializer(seat, context={"login": request.auth}).data)

    def demand_lead(self, request: Request) -> None:
        """Refuses pages that another login has taken the phone from."""
        assert isinstance(request.auth, LoginSession)
        presence.demand_lead(person(request), request.auth.public_id)


class Presence(_Agent):
    """The asking agent's state."""

    @extend_schema(responses=SeatSerializer)
    def get(self, request: Request) -> Response:
        """The seat as the server holds it."""
        return self.shown(request, presence.current(person(request)))


class Lead(_Agent):
    """The phone moves to the pages of the asking login."""

    @extend_schema(request=None, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The seat; refused with "busy" while another login's pages hold a call."""
        assert isinstance(request.auth, LoginSession)
        seat = presence.lead(person(request), request.auth.public_id)
        return self.shown(request, seat)


class Ready(_Agent):
    """Ready for calls of the named campaigns."""

    @extend_schema(request=ReadySerializer, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The new state; during a call, the present one, and readiness follows it."""
        wanted = ReadySerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        self.demand_lead(request)
        seat = presence.ready(person(request), wanted.validated_data["campaigns"])
        return self.shown(request, seat)


class TakeBreak(_Agent):
    """Away for a reason."""

    @extend_schema(request=BreakSerializer, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The new state; during a call, the present one, and the break follows it."""
        wanted = BreakSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        reasons = BreakReason.objects.for_user(person(request))
        reason = get_object_or_404(reasons, code=wanted.validated_data["reason"])
        return self.shown(request, presence.take_break(person(request), reason))


class Offline(_Agent):
    """Out of the queue."""

    @extend_schema(request=None, responses=SeatSerializer)
    def post(self, request: Request) -> Response:
        """The new state; during a call, the present one, and going offline follows it."""
        return self.shown(request, presence.offline(person(request)))


class Breaks(_Agent):
    """The breaks that an agent may take."""

    @extend_schema(responses=BreakReasonsSerializer)
    def get(self, request: Request) -> Response:
        """In the order of the menu."""
        reasons = BreakReason.objects.for_user(person(request)).filter(is_active=True)
        ordered = reasons.order_by("position", "label")
        return Response(BreakReasonsSerializer({"reasons": ordered}).data)


class Softphone(_Agent):
    """How the softphone registers and records."""

    @extend_schema(responses=SoftphoneSerializer)
    def get(self, request: Request) -> Response:
        """Hands out this login's SIP secret as HA1: the phone opened last is the one that rings."""
        assert isinstance(request.auth, LoginSession)
        line = sip.line_for(request.auth)
        return Response(SoftphoneSerializer(sip.settings_of(line)).data)
