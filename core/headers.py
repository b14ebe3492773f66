"""What every answer tells the browser beyond Django's own headers: which powers a page may use."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# The softphone listens, plays and picks a loudspeaker; nothing else is asked of a browser.
_ALLOWED = ("autoplay", "microphone", "speaker-selection")
_DENIED = (
    "accelerometer",
    "camera",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "xr-spatial-tracking",
)
POLICY = ", ".join([*(f"{name}=(self)" for name in _ALLOWED), *(f"{name}=()" for name in _DENIED)])


class HeadersMiddleware:
    """Adds them to every answer, refusals and files included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        return response
