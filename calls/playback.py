"""Playing a recording: the file, or the ranges of it that a player asks for while it seeks."""

import re
from collections.abc import Iterator

from django.core.files.storage import storages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from calls.models import Recording

_CHUNK = 65_536
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class UnsatisfiableError(Exception):
    """The range lies outside the file."""


def answer(recording: Recording, *, wanted: str = "", name: str = "") -> HttpResponseBase:
    """The response to a `Range` header `wanted`; with a `name`, as a download.

    Raises Http404 when the storage has no such file.
    """
    try:
        size = storages["recordings"].size(recording.file)
    except FileNotFoundError as error:
        raise Http404 from error
    try:
        span = span_of(wanted, size)
    except UnsatisfiableError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = span or (0, size)
    response = StreamingHttpResponse(
        _bytes(recording.file, start, end), content_type=recording.mime
    )
    if span:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response["Content-Length"] = str(end - start)
    response["Accept-Ranges"] = "bytes"
    # Compressed again it would lose its length, and ranges their meaning.
    response["Content-Encoding"] = "identity"
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{recording.public_id.hex}-{size}"'
    if disposition := content_disposition_header(bool(name), name or "recording.webm"):
        response["Content-Disposition"] = disposition
    return response


def span_of(wanted: str, size: int) -> tuple[int, int] | None:
    """Start and end (not included) of a range; None for the whole file.

    What is not one range of bytes is answered by the whole file, as RFC 9110 allows. Raises
    UnsatisfiableError for a range that begins after the end.
    """
    match = _RANGE.fullmatch(wanted.strip().replace(" ", ""))
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:  # the last bytes
        length = int(last)
        if not length or not size:
            raise UnsatisfiableError
        return max(0, size - length), size
    start = int(first)
    end = min(int(last) + 1, size) if last else size
    if last and int(last) < start:
        return None
    if start >= size:
        raise UnsatisfiableError
    return start, end


def _bytes(name: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes of a span, a little at a time; the file is opened for the first of them."""
    with storages["recordings"].open(name) as file:
        file.seek(start)
        left = end - start
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
