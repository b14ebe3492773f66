"""What a LiveKit server answers to what goes wrong, as of version 1.13."""

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from livekit.protocol import models

# What livekit/protocol makes of SIP's answers, and Twirp of its own codes.
TWIRP_OF = {
    403: "permission_denied",
    404: "not_found",
    480: "resource_exhausted",
    486: "resource_exhausted",
    503: "failed_precondition",
    603: "permission_denied",
}
HTTP_OF = {
    "canceled": 408,
    "invalid_argument": 400,
    "not_found": 404,
    "permission_denied": 403,
    "unauthenticated": 401,
    "resource_exhausted": 429,
    "failed_precondition": 412,
    "unimplemented": 501,
}
WORDS = {
    403: "Forbidden",
    404: "Not Found",
    480: "Temporarily Unavailable",
    486: "Busy Here",
    503: "Service Unavailable",
    603: "Decline",
}
_LEFT = models.DisconnectReason
REASON_OF = {
    403: _LEFT.USER_REJECTED,
    404: _LEFT.USER_UNAVAILABLE,
    480: _LEFT.USER_UNAVAILABLE,
    486: _LEFT.USER_REJECTED,
    503: _LEFT.SIP_TRUNK_FAILURE,
    603: _LEFT.USER_REJECTED,
}


class TwirpError(Exception):
    """An error as the API answers it."""

    def __init__(self, code: str, text: str, **meta: object) -> None:
        super().__init__(text)
        self.code, self.text = code, text
        self.meta = {key: str(value) for key, value in meta.items()}


class Dropped(Exception):  # noqa: N818  # no error of ours: the connection ends without an answer
    """The connection ends without an answer."""


@dataclass(frozen=True, slots=True)
class End:
    """What a dial comes to that nobody answers: the API's error, and the word with which its
    telephone leaves the room, where it ever came there."""

    error: Exception
    reason: Any = None


def becomes(number: str) -> End | None:
    """What the last three digits of a number choose for its dial; None where somebody answers.

    486 busy, 480 away, 603 declined, 404 no such number, 408 nobody answers, 503 the trunk fails,
    500 the API fails, 000 the connection is dropped.
    """
    end = number[-3:]
    if end == "000":
        return End(Dropped())
    if end == "500":
        return End(TwirpError("internal", "no response from servers"))
    if end == "408":
        return End(TwirpError("canceled", "sip request timed out"), _LEFT.USER_UNAVAILABLE)
    status = int(end) if end.isdigit() else 0
    if status not in TWIRP_OF:
        return None
    text = f"INVITE failed: sip status: {status}: {WORDS[status]}"
    meta = {"sip_status_code": status, "sip_status": WORDS[status]}
    return End(TwirpError(TWIRP_OF[status], text, **meta), REASON_OF[status])


def telling(error: TwirpError) -> web.Response:
    """The response that tells an error."""
    told = {"code": error.code, "msg": error.text, "meta": error.meta}
    return web.json_response(told, status=HTTP_OF.get(error.code, 500))
