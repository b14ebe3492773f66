"""The page of one lead: who it is, what happened, what happens next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns import timeline
from campaigns.models import Lead
from core.web import requires


@requires("campaigns.view_lead")
@require_GET
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """A lead with its story; its calls are a part that the app of calls serves."""
    rows = Lead.objects.for_user(request.user).select_related(
        "campaign__organization", "sheet__created_by", "window_class"
    )
    found = get_object_or_404(rows, pk=pk)
    context = {
        "lead": found,
        "moments": timeline.moments(found),
        "outlook": timeline.outlook(found, timezone.now()),
        "facts": _facts(found),
        "phones": found.phones.order_by("order"),
    }
    return render(request, "campaigns/lead.html", context)


def _facts(found: Lead) -> list[tuple[str, str]]:
    """What is known of the person, without what is not."""
    consent = {True: "Given", False: "Refused", None: ""}[found.consent]
    facts = [
        ("E-mail", found.email),
        ("Company", found.company),
        ("Job title", found.job_title),
        ("Job level", found.job_level),
        ("Place", ", ".join(filter(None, (found.postal_code, found.region, found.country)))),
        ("Consent", consent),
        ("Priority", str(found.priority) if found.priority else ""),
        ("External id", found.external_id or ""),
        ("Remarks", found.remarks),
        *((str(name), _shown(value)) for name, value in found.custom.items()),
    ]
    return [(name, value) for name, value in facts if value]


def _shown(value: object) -> str:
    """A field of the list's own, as people say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
