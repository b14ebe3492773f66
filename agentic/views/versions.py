"""Pages of versions: published, compared, rolled back, brought back as the draft."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.authentication import person
from agentic import comparing, overview, rehearsing, wording
from agentic.models import AgenticCampaign, PromptVersion, Wording
from agentic.views import voice_of
from core.errors import InputError
from core.web import asks_for, requires

DRAFT = "draft"


@requires("agentic.view_agenticcampaign")
@require_GET
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions, and two of them compared: by default the draft with what is published."""
    return _page(request, voice_of(request, pk))


@requires("agentic.change_agenticcampaign")
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes the draft the version that calls are made with."""
    row = voice_of(request, pk)
    try:
        made = wording.publish(person(request), row, request.POST.get("note", ""))
    except InputError as error:
        return _page(request, row, error.errors)
    messages.success(request, f"Version {made.number} is published.")
    return redirect("agentic:detail", pk)


@requires("agentic.change_agenticcampaign")
@require_POST
def roll_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Returns to the version before."""
    now = wording.roll_back(person(request), voice_of(request, pk))
    messages.success(request, f"Version {now.number} is in force again.")
    return redirect("agentic:versions", pk)


@requires("agentic.change_agenticcampaign")
@require_POST
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Makes the draft what a version was."""
    row = voice_of(request, pk)
    version = row.campaign.prompt_versions.filter(number=number).first()
    if version is None:
        raise Http404
    wording.restore(person(request), row, version)
    messages.success(request, f"The draft is version {number} again. It is not published yet.")
    return redirect("agentic:edit", pk)


def _page(
    request: HttpRequest, row: AgenticCampaign, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    versions = list(row.campaign.prompt_versions.select_related("published_by").order_by("-number"))
    known: dict[str, Wording] = {str(one.number): one for one in versions}
    usual = str(row.published.number) if row.published else ""
    old, new = request.GET.get("from", usual), request.GET.get("to", DRAFT)
    before = row if old == DRAFT else known.get(old)
    after = row if new == DRAFT else known.get(new, row)
    context: dict[str, Any] = {
        "voice": row,
        "campaign": row.campaign,
        "versions": versions,
        "history": list(zip(versions, _rehearsed(row, versions), strict=True)),
        "changes": comparing.changes(before, after),
        "old": old,
        "new": new,
        "errors": errors,
        "warnings": overview.warnings(row),
        "has_changes": row.published is None or wording.differs(row, row.published),
        "can_return": _can_return(row, versions),
    }
    part = asks_for(request, "comparison")
    template = "agentic/_comparison.html" if part else "agentic/versions.html"
    return render(request, template, context, status=422 if errors else 200)


def _rehearsed(row: AgenticCampaign, versions: list[PromptVersion]) -> list[str]:
    """How the scenarios went with each version's words; empty where nobody tried."""
    found = rehearsing.of_wordings(row.campaign_id, versions)
    return [
        f"{sum(map(rehearsing.passed, one.outcomes))} of {len(one.outcomes)} scenarios passed"
        if one
        else ""
        for one in found
    ]


def _can_return(row: AgenticCampaign, versions: list[PromptVersion]) -> bool:
    current = row.published.number if row.published else 0
    return any(one.number < current and one.rolled_back_at is None for one in versions)
