"""Messages of a view that answers with a fragment: they go along as toasts."""

from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django_htmx.http import trigger_client_event

TONES = ("success", "warning", "error")


class ToastMiddleware:
    """Puts Django's messages into `HX-Trigger` where no page would show them.

    A page, boosted or not, shows its messages itself; a redirect leaves them to where it leads.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not _is_fragment(request, response):
            return response
        told = [
            {
                "message": str(message),
                "tone": next((tone for tone in TONES if tone in message.tags), "info"),
            }
            for message in get_messages(request)
        ]
        return trigger_client_event(response, "toast", {"messages": told}) if told else response


def _is_fragment(request: HttpRequest, response: HttpResponse) -> bool:
    asked = "HX-Request" in request.headers and "HX-Boosted" not in request.headers
    leads_on = {"HX-Redirect", "HX-Location", "HX-Refresh"} & set(response.headers)
    return asked and not leads_on and not 300 <= response.status_code < 400
