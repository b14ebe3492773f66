"""The API of numbers that are not called."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from accounts.models import Organization
from campaigns import bans, consents, suppression
from campaigns.api.lists import named_campaign
from campaigns.models import SuppressionEntry
from campaigns.serializers import (
    NumberStandingAnswerSerializer,
    SuppressionAnswerSerializer,
    SuppressionSerializer,
)
from core import phone
from core.errors import InputError


class Suppressions(APIView):
    """Whether a number may be called, and the wish that it is not."""

    permissions = {
        "GET": ("campaigns.view_suppressionentry",),
        "POST": ("campaigns.add_suppressionentry",),
    }

    @extend_schema(
        parameters=[
            OpenApiParameter("phone", str, required=True, description="With + and country code."),
            OpenApiParameter("campaign", str, description="A campaign's id or name."),
        ],
        responses={200: NumberStandingAnswerSerializer},
    )
    def get(self, request: Request) -> Response:
        """Says what keeps a number from being called: lists and patterns, not hours or caps."""
        number = phone.normalize(request.query_params.get("phone", "")).e164
        named = request.query_params.get("campaign")
        campaign = named_campaign(request, named) if named else None
        found = bans.of_one(_house(request).pk, bans.Person(number), campaign, timezone.now())
        standing = {
            "phone": number,
            "suppressed": bool(found),
            "refusals": [refusal.as_dict() for refusal in found],
        }
        return Response({"success": True, "number": standing})

    @extend_schema(request=SuppressionSerializer, responses={201: SuppressionAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Keeps a number from being called, from now on; again, it changes nothing.

        For good and everywhere it is someone's wish to be left in peace: their consent ends too.
        """
        sent = SuppressionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        entry = _suppressed(request, given)
        standing = {
            "id": entry.pk,
            "phone": entry.phone,
            "campaign": entry.campaign_key or None,
            "until": entry.expires_at,
        }
        answer = SuppressionAnswerSerializer({"success": True, "suppression": standing})
        return Response(answer.data, status=201)


def _suppressed(request: Request, given: dict[str, Any]) -> SuppressionEntry:
    """A wish to be left in peace; or less, for one campaign or for a time."""
    user, home, now = person(request), _house(request), timezone.now()
    number = phone.normalize(given["phone"], given["region"]).e164
    source, reason = SuppressionEntry.Source.API, given["reason"]
    if not given["campaign"] and given["until"] is None:
        return consents.stop(home.pk, number, source=source, reason=reason, by=user, now=now)
    named = given["campaign"]
    return suppression.suppress(
        home,
        number,
        source=source,
        reason=reason,
        by=user,
        campaign=named_campaign(request, named) if named else None,
        until=given["until"],
        now=now,
    )


def _house(request: Request) -> Organization:
    """The organization whose lists are meant."""
    organization = person(request).organization
    if organization is None:
        raise InputError("Only people of an organization keep such a list.", code="no_organization")
    return organization
