"""The API of recordings: parts in, the joined file out."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from calls import listening, playback, recordings, segments
from calls.api.doors import TOKEN_PARAMETER, ByToken, visible
from calls.models import Recording
from core.errors import InputError

_CHECKSUM, _START = "X-Checksum", "X-Segment-Start-Ms"
_AUDIO = dict.fromkeys(sorted(segments.IN_PARTS), OpenApiTypes.BINARY)
_DAY_MS = 86_400_000


class SegmentEndSerializer(serializers.Serializer[Any]):
    """How many parts a segment has and when it stopped; ms count from the answer."""

    parts = serializers.IntegerField(min_value=0, max_value=20_000)
    start_ms = serializers.IntegerField(min_value=0, max_value=_DAY_MS)
    end_ms = serializers.IntegerField(min_value=0, max_value=_DAY_MS)
    mime = serializers.CharField(max_length=64)


class StoredSerializer(serializers.Serializer[Any]):
    """It is kept."""

    stored = serializers.BooleanField(default=True)


class Part(ByToken):
    """A part of a recording."""

    @extend_schema(
        parameters=[
            TOKEN_PARAMETER,
            OpenApiParameter(_CHECKSUM, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True),
            OpenApiParameter(_START, OpenApiTypes.INT, OpenApiParameter.HEADER),
        ],
        request=_AUDIO,
        responses=StoredSerializer,
    )
    def put(self, request: Request, ref: UUID, segment: int, number: int) -> Response:
        """Keeps it; 409 `different_part`, 422 `bad_checksum`."""
        call = self.call_of(request, ref)
        mime = request.headers.get("Content-Type", "")[:64]
        place = recordings.Place(segment, number, _start_ms(request), mime)
        recordings.store_part(call, place, request._request, sha256=_checksum(request))
        return Response({"stored": True})


class SegmentEnd(ByToken):
    """The end of a segment."""

    @extend_schema(
        parameters=[TOKEN_PARAMETER], request=SegmentEndSerializer, responses=StoredSerializer
    )
    def post(self, request: Request, ref: UUID, segment: int) -> Response:
        """Notes it."""
        call = self.call_of(request, ref)
        told = SegmentEndSerializer(data=request.data)
        told.is_valid(raise_exception=True)
        recordings.close_segment(
            call, recordings.SegmentEnd(segment=segment, **told.validated_data)
        )
        return Response({"stored": True})


class Playback(APIView):
    """A call's recording, as one file."""

    permissions = ("calls.listen_recording",)

    @extend_schema(
        parameters=[
            OpenApiParameter("download", OpenApiTypes.BOOL, description="As a file to keep."),
            OpenApiParameter("Range", OpenApiTypes.STR, OpenApiParameter.HEADER),
        ],
        responses={
            (200, "audio/webm"): OpenApiTypes.BINARY,
            (206, "audio/webm"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, ref: UUID) -> HttpResponseBase:
        """The file, or the range of it that is asked for; 404 until it exists."""
        call = visible(request, ref)
        recording = get_object_or_404(Recording, call=call)
        if not recording.file:
            raise Http404
        download = request.query_params.get("download") in ("1", "true")
        answer = playback.answer(
            recording,
            wanted=request.headers.get("Range", ""),
            name=f"call-{call.reserved_at:%Y-%m-%d-%H%M}.webm" if download else "",
        )
        if answer.status_code < 400:
            listening.heard(request.user, call, download=download, now=timezone.now())
        return answer


def _start_ms(request: Request) -> int:
    text = request.headers.get(_START, "0")
    if not text.isdecimal() or len(text) > 12:
        raise InputError(f"{_START} is a number of milliseconds.", errors={_START: ["Odd."]})
    return int(text)


def _checksum(request: Request) -> str:
    """The hexadecimal digest of `sha256=…`; what is none matches nothing."""
    algorithm, _, digest = request.headers.get(_CHECKSUM, "").partition("=")
    return digest.strip().lower() if algorithm.strip().lower() == "sha256" else ""
