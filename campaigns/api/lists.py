"""The API of lists and leads."""

from dataclasses import asdict

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from campaigns import leads
from campaigns.api import uploads
from campaigns.models import Campaign
from campaigns.serializers import LeadAnswerSerializer, LeadSerializer
from campaigns.sheetserializers import SheetAnswerSerializer, UploadSerializer
from core.errors import InputError


class Upload(APIView):
    """A list for a campaign, in one multipart request."""

    permissions = ("campaigns.add_leadsheet",)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={201: SheetAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Keeps the list and, with a mapping or a template, starts its import."""
        given = uploads.read(request, UploadSerializer)
        campaign = named_campaign(request, given["campaign"])
        sheet, preview = uploads.receive(person(request), campaign, given)
        answer = {
            "id": sheet.pk,
            "url": request.build_absolute_uri(reverse("campaigns:sheet", args=[sheet.pk])),
            "status": sheet.status,
            "preview": {
                "columns": [asdict(column) for column in preview.columns],
                "rows": preview.rows,
            },
        }
        return Response({"success": True, "sheet": answer}, status=201)


class Leads(APIView):
    """One lead at a time."""

    permissions = ("campaigns.add_lead",)

    @extend_schema(
        request=LeadSerializer, responses={200: LeadAnswerSerializer, 201: LeadAnswerSerializer}
    )
    def post(self, request: Request) -> Response:
        """Adds a lead (201), or brings the one with the same external ID up to date (200)."""
        sent = LeadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = dict(sent.validated_data)
        campaign = named_campaign(request, fields.pop("campaign"))
        added = leads.add_lead(person(request), campaign, **fields)
        answer = {"id": added.lead.pk, "status": added.lead.status, "created": added.created}
        return Response({"success": True, "lead": answer}, status=201 if added.created else 200)


def named_campaign(request: Request, named: str) -> Campaign:
    """The campaign of this id or name that the user sees. Raises InputError without one."""
    rows = Campaign.objects.for_user(request.user)
    found = rows.filter(pk=int(named)).first() if _is_id(named) else None
    found = found or rows.filter(name=named).first()
    if found is None:
        raise InputError("There is no such campaign.", errors={"campaign": ["There is none."]})
    return found


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 18
