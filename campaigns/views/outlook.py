"""Parts of a campaign's page that look at its whole list: why it dials or not, and the dry run."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from campaigns import dryrun, explaining
from campaigns.models import Lead
from campaigns.views import visible
from core.web import requires

_WHEN = {
    dryrun.When.NOW: "Now",
    dryrun.When.TODAY: "Later today",
    dryrun.When.LATER: "On another day",
    dryrun.When.NEVER: "Not by waiting",
}


@requires("campaigns.view_lead")
@require_GET
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """Why it dials or does not, at this moment."""
    campaign = visible(request, pk)
    context = {"campaign": campaign, "found": explaining.explain(campaign, timezone.now())}
    return render(request, "campaigns/_why.html", context)


@requires("campaigns.view_lead")
@require_GET
def dry_run(request: HttpRequest, pk: int) -> HttpResponse:
    """What would become of each lead that waits, if the campaign ran now."""
    campaign = visible(request, pk)
    run = dryrun.dry_run(campaign, timezone.now())
    context = {
        "campaign": campaign,
        "run": run,
        "totals": [(label, run.of(when)) for when, label in _WHEN.items()],
        "shares": _shares(run, explaining.labels(campaign)),
    }
    return render(request, "campaigns/_dry_run.html", context)


def _shares(run: dryrun.DryRun, names: dict[str, str]) -> list[dict[str, Any]]:
    ids = [pk for share in run.shares for pk in share.samples]
    leads = Lead.objects.only("name", "phone").in_bulk(ids)
    return [
        {
            "label": _WHEN[share.when],
            "why": names.get(share.rule, share.rule),
            "leads": share.leads,
            "first": share.first,
            "samples": [leads[pk] for pk in share.samples if pk in leads],
        }
        for share in run.shares
    ]
