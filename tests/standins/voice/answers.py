"""What a LiveKit server answers to what goes wrong, as of version 1.13."""

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
