"""The API of consent, and of whoever asks not to be called."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from campaigns import consents
from campaigns.consentserializers import (
    ConsentAnswerSerializer,
    ConsentSerializer,
    ConsentsSerializer,
    StopAnswerSerializer,
    StopSerializer,
)
from campaigns.models import ConsentRecord, SuppressionEntry
from campaigns.views.suppression import house
from core import phone

_AT_ONCE = 100


class Consents(APIView):
    """What was allowed by a number, and what is from now on."""

    permissions = {
        "GET": ("campaigns.view_consentrecord",),
        "POST": ("campaigns.add_consentrecord",),
    }

    @extend_schema(
        parameters=[
            OpenApiParameter("phone", str, required=True, description="With + and country code.")
        ],
        responses={200: ConsentsSerializer},
    )
    def get(self, request: Request) -> Response:
        """The records of a number, the newest first, also those that ended."""
        number = phone.normalize(request.query_params.get("phone", "")).e164
        rows = ConsentRecord.objects.for_user(person(request)).filter(phone=number)
        answer = ConsentsSerializer({"success": True, "consents": rows.order_by("-pk")[:_AT_ONCE]})
        return Response(answer.data)

    @extend_schema(request=ConsentSerializer, responses={201: ConsentAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Writes down a consent; the same again changes nothing."""
        sent = ConsentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = dict(sent.validated_data)
        number = phone.normalize(given.pop("phone"), given.pop("region")).e164
        now = timezone.now()
        terms = consents.Terms(**{**given, "granted_at": given["granted_at"] or now})
        user = person(request)
        record = consents.grant(house(user), number, terms, by=user, now=now)
        answer = ConsentAnswerSerializer({"success": True, "consent": record})
        return Response(answer.data, status=201)


class Stop(APIView):
    """ "Stop calling me", by a program or an artificial voice."""

    permissions = {"POST": ("campaigns.add_suppressionentry",)}

    @extend_schema(request=StopSerializer, responses={200: StopAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Revokes every consent of a number and suppresses it everywhere, at once."""
        sent = StopSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        user = person(request)
        entry = consents.stop(
            house(user).pk,
            phone.normalize(given["phone"], given["region"]).e164,
            source=SuppressionEntry.Source.API,
            reason=given["reason"],
            by=user,
            now=timezone.now(),
        )
        answer = StopAnswerSerializer({"success": True, "suppression": entry.pk})
        return Response(answer.data)
