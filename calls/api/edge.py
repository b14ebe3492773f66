"""What the SIP edge asks about calls."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.authentication import edge_only
from calls import edge


@edge_only
@require_GET
def grant(request: HttpRequest) -> HttpResponse:
    """200 with the caller ID to show when the INVITE has leave, else 403."""
    asked = request.GET
    call = edge.verify(
        asked.get("grant", ""),
        number=asked.get("number", ""),
        user=asked.get("user", ""),
        now=timezone.now(),
    )
    if call is None:
        return HttpResponse("not granted", status=403, content_type="text/plain")
    return HttpResponse(call.caller_id, content_type="text/plain")
