"""The API of prospects: lists as files, and the leads that came of them."""

import math
from typing import Any

from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from agentic import leadfacts
from agentic.api.runs import named
from agentic.voiceserializers import (
    PAGE,
    CsvAnswerSerializer,
    CsvListSerializer,
    CsvPreviewSerializer,
    CsvUploadSerializer,
    ProspectsSerializer,
)
from campaigns import consents, sheets, tasks
from campaigns.api import uploads
from campaigns.models import Campaign, Lead, LeadSheet
from core import audit
from core.errors import InputError

_CAMPAIGN = OpenApiParameter(
    "campaign", OpenApiTypes.STR, required=True, description="Its module, or its id."
)
_PAGE = OpenApiParameter("page", OpenApiTypes.INT, description="From 1.")
_LEADS = OpenApiParameter(
    "leads", OpenApiTypes.INT, description="How many leads go with it, to confirm."
)


class CsvFiles(APIView):
    """The lists of an AI campaign."""

    permissions: Any = {
        "GET": ("campaigns.view_leadsheet",),
        "POST": ("campaigns.add_leadsheet",),
    }
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="agentic_csv_list", parameters=[_CAMPAIGN], responses=CsvListSerializer
    )
    def get(self, request: Request) -> Response:
        """Newest first."""
        campaign = _campaign(request)
        rows = LeadSheet.objects.filter(campaign=campaign).select_related("campaign")
        return Response(CsvListSerializer({"files": rows.order_by("-pk")[:200]}).data)

    @extend_schema(
        request={"multipart/form-data": CsvUploadSerializer},
        responses={201: CsvAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Takes a list and starts its import."""
        given = uploads.read(request, CsvUploadSerializer)
        campaign = named(request, given["campaign"]).campaign
        row, _ = uploads.receive(person(request), campaign, given, start=True)
        return Response(CsvAnswerSerializer({"csv": row}).data, status=201)


class CsvFile(APIView):
    """One list."""

    permissions: Any = {
        "GET": ("campaigns.view_leadsheet",),
        "DELETE": ("campaigns.add_leadsheet",),
    }

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> StreamingHttpResponse:
        """The file as it was uploaded."""
        row = _sheet(request, pk)
        pieces = sheets.original(row)
        audit.record("sheet.downloaded", row)
        named_so = content_disposition_header(as_attachment=True, filename=row.name)
        headers = {"Content-Disposition": str(named_so), "Content-Length": str(row.size)}
        return StreamingHttpResponse(
            pieces, content_type="application/octet-stream", headers=headers
        )

    @extend_schema(parameters=[_LEADS], responses={200: CsvListSerializer})
    def delete(self, request: Request, pk: int) -> Response:
        """Deletes a list of which there are no leads; with leads, undoes its import."""
        row, user = _sheet(request, pk), person(request)
        campaign = row.campaign
        if row.leads.exists() or consents.came_on(row):
            sheets.start_undo(user, row, leads=_number(request, "leads"))
            tasks.hint(row.pk)
        else:
            sheets.discard(user, row)
        rows = LeadSheet.objects.filter(campaign=campaign).order_by("-pk")
        return Response(CsvListSerializer({"files": rows[:200]}).data)


class CsvPreview(APIView):
    """The beginning of a list."""

    permissions = ("campaigns.view_leadsheet",)

    @extend_schema(responses=CsvPreviewSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Its columns and its first ten rows."""
        found = sheets.preview(_sheet(request, pk), uploads.PREVIEW_ROWS)
        answer = {"columns": found.names, "rows": found.rows}
        return Response(CsvPreviewSerializer(answer).data)


class CsvSelect(APIView):
    """The list that is called from."""

    permissions = ("campaigns.add_leadsheet",)

    @extend_schema(request=None, responses=CsvAnswerSerializer)
    def post(self, request: Request, pk: int) -> Response:
        """Makes it the active one; the others rest."""
        row = _sheet(request, pk)
        sheets.activate(person(request), row)
        row.refresh_from_db()
        return Response(CsvAnswerSerializer({"csv": row}).data)


class Prospects(APIView):
    """The leads of an AI campaign."""

    permissions = ("campaigns.view_lead",)

    @extend_schema(parameters=[_CAMPAIGN, _PAGE], responses=ProspectsSerializer)
    def get(self, request: Request) -> Response:
        """A page of fifty, in the order of the lists; the last one where there are fewer pages."""
        campaign = _campaign(request)
        rows = Lead.objects.filter(campaign=campaign).order_by("pk")
        total = rows.count()
        pages = max(1, math.ceil(total / PAGE))
        page = min(max(1, _number(request, "page") or 1), pages)
        start = (page - 1) * PAGE
        found = list(rows[start : start + PAGE])
        answer = {
            "leads": [_prospect(lead, index) for index, lead in enumerate(found, start)],
            "page": page,
            "total_pages": pages,
            "start_index": start,
            "total_leads": total,
        }
        return Response(ProspectsSerializer(answer).data)


def _campaign(request: Request) -> Campaign:
    """The campaign that the address names. Raises InputError where it names none."""
    ref = request.query_params.get("campaign", "")
    if not ref:
        raise InputError("Name the campaign.", errors={"campaign": ["Name it."]})
    return named(request, ref).campaign


def _sheet(request: Request, pk: int) -> LeadSheet:
    """A list of an AI campaign that the user sees; any other does not exist."""
    rows = LeadSheet.objects.for_user(request.user).select_related("campaign")
    return get_object_or_404(rows.filter(campaign__mode=Campaign.Mode.AI), pk=pk)


def _prospect(lead: Lead, index: int) -> dict[str, Any]:
    own = {leadfacts.key(name): value for name, value in lead.custom.items()}
    return {
        "id": lead.pk,
        "index": index,
        "prospect_name": lead.name,
        "resource_name": str(own.get("resource_name", "")),
        "job_title": lead.job_title,
        "company_name": lead.company,
        "email": lead.email,
        "phone": lead.phone,
        "timezone": lead.timezone,
        "status": lead.status,
    }


def _number(request: Request, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
