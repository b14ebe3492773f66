"""The API for other softphones: a whole call, with its recording, in one request."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from calls import uploads
from calls.models import Call
from core.errors import DomainError, InputError
from core.parsers import meant


class CdrSerializer(serializers.Serializer[Any]):
    """A call that is over, as another softphone recorded it."""

    recording = serializers.FileField(required=False, allow_null=True, default=None)
    call_id = serializers.CharField(max_length=128)
    destination = serializers.CharField(max_length=64)
    direction = serializers.ChoiceField(choices=Call.Direction.choices, default="outbound")
    status = serializers.CharField(max_length=32)
    started_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ended_at = serializers.DateTimeField()
    disposition = serializers.CharField(max_length=64, required=False, default="")
    metadata = serializers.JSONField(required=False, default=dict)


class Upload(APIView):
    """A call of another softphone."""

    permissions = ("calls.upload_cdr",)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        request={"multipart/form-data": CdrSerializer},
        responses=inline_serializer(
            "CdrAnswer",
            {
                "success": serializers.BooleanField(),
                "call": inline_serializer(
                    "UploadedCall",
                    {
                        "id": serializers.UUIDField(),
                        "recording_url": serializers.CharField(allow_null=True),
                    },
                ),
            },
        ),
    )
    def post(self, request: Request) -> Response:
        """Puts it on record; the same `call_id` of the same user again changes nothing."""
        _refuse_too_large(request)
        sent = CdrSerializer(data=_fields(request))
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        file = data.pop("recording")
        call = uploads.receive_cdr(person(request), uploads.Cdr(**data), file)
        url = None
        if hasattr(call, "recording"):
            url = reverse("calls-api:recording", kwargs={"ref": call.public_id})
        return Response({"success": True, "call": {"id": call.public_id, "recording_url": url}})


def _refuse_too_large(request: Request) -> None:
    """Before a byte of the body is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > uploads.largest_request():
        raise DomainError("This upload is too large.", code="too_large", status=413)


def _fields(request: Request) -> dict[str, Any]:
    """The form's fields; empty ones are as good as absent, and a form's texts are never null."""
    try:
        data: Any = request.data
    except UnicodeDecodeError as error:
        raise InputError("The form is not UTF-8.") from error
    fields: dict[str, Any] = {name: data[name] for name in data if data[name] != ""}
    metadata = fields.get("metadata", "{}")
    try:
        fields["metadata"] = meant(str(metadata))
    except ValueError:
        fields["metadata"] = None
    if not isinstance(fields["metadata"], dict):
        raise InputError("Some fields are not right.", errors={"metadata": ["Not an object."]})
    return fields
