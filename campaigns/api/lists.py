"""The API of lists and leads."""

import json
from dataclasses import asdict
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from campaigns import leads, sheets, tasks
from campaigns.models import Campaign, LeadSheet
from campaigns.serializers import (
    LeadAnswerSerializer,
    LeadSerializer,
    SheetAnswerSerializer,
    UploadSerializer,
)
from core.errors import DomainError, InputError

_PREVIEW_ROWS = 10
_MAPPING = 'The mapping is "auto", a list or an object.'
_CHOICES = frozenset(sheets.Choices.__dataclass_fields__)
_FORM_BYTES = 1024 * 1024  # what a multipart body may hold beside the file


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
        _refuse_too_large(request)
        sent = UploadSerializer(data=_fields(request))
        sent.is_valid(raise_exception=True)
        campaign = named_campaign(request, sent.validated_data["campaign"])
        template = None
        if name := sent.validated_data.get("template"):
            template = sheets.template_named(campaign.organization_id, name)
        choices = {name: value for name, value in sent.validated_data.items() if name in _CHOICES}
        sheet = sheets.receive_upload(
            person(request),
            campaign,
            sent.validated_data["file"],
            template=template,
            choices=choices,
        )
        preview = sheets.preview(sheet, _PREVIEW_ROWS, template=template)
        if mapping := sent.validated_data.get("mapping") or (template and "auto"):
            sheet = _start(request, sheet, preview, mapping)
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


def _start(request: Request, sheet: LeadSheet, preview: sheets.Preview, mapping: Any) -> LeadSheet:
    """Starts the import with what the request says of the columns; else keeps nothing."""
    try:
        sheet = sheets.start_import(person(request), sheet, _mapped(preview, mapping))
    except InputError:
        sheets.discard(person(request), sheet)
        raise
    tasks.hint(sheet.pk)
    return sheet


def _mapped(preview: sheets.Preview, mapping: Any) -> list[str]:
    """A field for each column from "auto", a list, or an object by column name."""
    if mapping == "auto":
        return [column.field for column in preview.columns]
    if isinstance(mapping, dict):
        return [str(mapping.get(column.name, "custom")) for column in preview.columns]
    if isinstance(mapping, list):
        given = [str(field) for field in mapping[: len(preview.columns)]]
        return given + ["custom"] * (len(preview.columns) - len(given))
    raise InputError(_MAPPING, errors={"mapping": [_MAPPING]})


def _fields(request: Request) -> dict[str, Any]:
    """The form's fields, with the mapping read: JSON, or the bare word auto; and the consent."""
    sent: Any = request.data  # a QueryDict: the last value of each name
    data = {name: sent[name] for name in sent}
    if "consent" in data:
        data["consent"] = _json(data["consent"], "consent", "The consent is an object, as JSON.")
    text = str(data.pop("mapping", "")).strip()
    if text:
        data["mapping"] = text if text == "auto" else _json(text, "mapping", _MAPPING)
    return data


def _json(text: Any, field: str, refusal: str) -> Any:
    try:
        return json.loads(str(text))
    except ValueError as error:
        raise InputError(refusal, errors={field: [refusal]}) from error


def _refuse_too_large(request: Request) -> None:
    """Before a byte of the body is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > sheets.largest_upload() + _FORM_BYTES:
        raise DomainError("This upload is too large.", code="too_large", status=413)
