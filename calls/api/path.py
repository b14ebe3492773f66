"""The API of the call path: the next lead, the dial, what the phone reports, the result."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from calls import events, history, lifecycle
from calls.api.doors import TOKEN_PARAMETER, ByToken, visible
from calls.forms import HistoryForm
from calls.models import Call
from calls.serializers import (
    AppliedSerializer,
    CallAnswerSerializer,
    CallSerializer,
    DialSerializer,
    EventsSerializer,
    HistorySerializer,
    NextCallSerializer,
    RecentSerializer,
    ReleaseSerializer,
    ResultSerializer,
    StartSerializer,
)
from campaigns.models import Campaign

_AFTER = OpenApiParameter("after", OpenApiTypes.STR, description="`older` of the page before.")


class _Agent(APIView):
    """For those who make calls."""

    permissions: Any = ("calls.add_call",)


class NextCall(_Agent):
    """The next lead to dial."""

    @extend_schema(request=None, responses=NextCallSerializer)
    def post(self, request: Request) -> Response:
        """Reserves it; a live reservation is returned again."""
        found = lifecycle.next_call(person(request), timezone.now())
        reason = None
        if found.call is None:
            reason = {"code": found.reason_code, "message": found.reason_message}
        call = _card(request, found.call)
        return Response({"call": call, "reason": reason, "next_at": found.next_at})


class Calls(_Agent):
    """The calls that one sees, and new ones by hand or from outside."""

    permissions = {"GET": ("calls.view_call",), "POST": ("calls.add_call",)}

    @extend_schema(
        operation_id="calls_list",
        parameters=[
            _AFTER,
            *(OpenApiParameter(name, OpenApiTypes.STR) for name in ("number", "outcome")),
            *(OpenApiParameter(name, OpenApiTypes.INT) for name in ("agent", "campaign")),
            OpenApiParameter("disposition", OpenApiTypes.INT),
            OpenApiParameter("direction", OpenApiTypes.STR, enum=Call.Direction.values),
            *(OpenApiParameter(name, OpenApiTypes.DATE) for name in ("since", "until")),
        ],
        responses=HistorySerializer,
    )
    def get(self, request: Request) -> Response:
        """A page of them, newest first; filters that make no sense narrow nothing."""
        user = person(request)
        filters = HistoryForm(user, request.query_params).filters()
        page = history.page(user, filters, after=request.query_params.get("after", ""))
        return Response(HistorySerializer(page).data)

    @extend_schema(request=StartSerializer, responses=CallAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Puts it on record; the same id again answers the same call."""
        wanted = StartSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data, user, campaign = wanted.validated_data, person(request), None
        if data["campaign"] is not None:
            campaign = get_object_or_404(Campaign.objects.for_user(user), pk=data["campaign"])
        call = lifecycle.start_call(
            user,
            public_id=data["id"],
            direction=data["direction"],
            number=data["number"],
            campaign=campaign,
            peer_name=data["peer_name"] or "",
        )
        return Response({"call": _card(request, call)})


class RecentCalls(_Agent):
    """The last calls, for dialing again."""

    permissions = ("calls.view_call",)

    @extend_schema(responses=RecentSerializer)
    def get(self, request: Request) -> Response:
        """Newest first."""
        page = history.page(person(request), history.Filters(), size=10)
        return Response(RecentSerializer({"calls": page.calls}).data)


class OneCall(_Agent):
    """A call."""

    permissions = ("calls.view_call",)

    @extend_schema(responses=CallAnswerSerializer)
    def get(self, request: Request, ref: UUID) -> Response:
        """As it is now."""
        return Response({"call": _card(request, visible(request, ref))})


class Dial(_Agent):
    """Leave to dial a reserved call."""

    @extend_schema(request=None, responses=DialSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Decides at this moment; 409 `not_allowed` gives the reservation back."""
        leave = lifecycle.dial(visible(request, ref))
        return Response(DialSerializer(leave).data)


class Release(_Agent):
    """A reservation that is not dialed."""

    @extend_schema(request=ReleaseSerializer, responses=CallAnswerSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Gives it back."""
        call = visible(request, ref)
        wanted = ReleaseSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        call = lifecycle.release(call, wanted.validated_data["reason"])
        return Response({"call": _card(request, call)})


class Result(_Agent):
    """The result of a call."""

    @extend_schema(request=ResultSerializer, responses=CallAnswerSerializer)
    def post(self, request: Request, ref: UUID) -> Response:
        """Writes it down and ends wrap-up."""
        call = visible(request, ref)
        wanted = ResultSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        data = wanted.validated_data
        call = lifecycle.wrap_up(
            call,
            disposition=data["disposition"] or "",
            note=data["note"] or "",
            callback_at=data["callback_at"],
        )
        return Response({"call": _card(request, call)})


class Events(ByToken):
    """What the phone reports of a call."""

    @extend_schema(
        parameters=[TOKEN_PARAMETER], request=EventsSerializer, responses=AppliedSerializer
    )
    def post(self, request: Request, ref: UUID) -> Response:
        """Keeps each event once and moves the call; no events renew its lease."""
        call = self.call_of(request, ref)
        told = EventsSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        return Response(AppliedSerializer(events.apply(call, told.batch())).data)


def _card(request: Request, call: Call | None) -> dict[str, Any] | None:
    """The call as a softphone reads it, freshly read: a fixed number of queries."""
    if call is None:
        return None
    fresh = Call.objects.select_related("attempt", "campaign", "lead", "disposition")
    card = CallSerializer(fresh.get(pk=call.pk), context={"user": person(request)})
    return dict(card.data)
