"""What the SIP edge asks about people."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import sip
from accounts.authentication import edge_only


@edge_only
@require_GET
@never_cache
def ha1(request: HttpRequest) -> HttpResponse:
    """What a registration of `?user=` must prove; 404 when nobody of that name is logged in."""
    proof = sip.ha1_for(request.GET.get("user", ""), timezone.now())
    if proof is None:
        return HttpResponse("unknown", status=404, content_type="text/plain")
    return HttpResponse(proof, content_type="text/plain")
