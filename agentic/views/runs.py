"""Pages of runs: start one, watch it, pause and stop it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from agentic import progress, reports, runs, tasks
from agentic.forms import MOST_LISTED, RunForm
from agentic.models import AgenticCampaign, AgenticRun
from agentic.providers import provider
from campaigns import leadsearch, standing
from campaigns.models import Campaign, Lead
from core.errors import DomainError, InputError
from core.web import asks_for, requires

SHOWN = 50
_MOVES = {
    "pause": runs.pause,
    "resume": runs.resume,
    "next": runs.next_call,
    "stop": runs.stop,
}
VERBS = (*_MOVES, "end")
_SAID = {
    "pause": "No new calls begin; those that go on are finished.",
    "resume": "The run goes on.",
    "next": "The next prospect is being called.",
    "stop": "The run stops when its calls are over.",
    "end": "The run is stopped, and its calls are hung up.",
}


@requires("agentic.view_aicall")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Runs, those that are active first, then the latest."""
    rows = AgenticRun.objects.for_user(request.user).select_related("campaign", "started_by")
    active = rows.filter(status__in=AgenticRun.ACTIVE).order_by("-pk")
    past = rows.exclude(status__in=AgenticRun.ACTIVE).order_by("-pk")[:SHOWN]
    return render(request, "agentic/runs.html", {"active": active, "past": past})


@requires("agentic.run_agenticcampaign")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Chooses a campaign and whom to call, and starts its voice."""
    given = request.POST if request.method == "POST" else None
    initial = {
        "campaign": request.GET.get("campaign", ""),
        "kind": request.GET.get("kind", "list"),
        "leads": request.GET.getlist("leads"),
    }
    form = RunForm(request.user, given, initial=initial)
    if given is not None and form.is_valid():
        chosen: AgenticCampaign = form.cleaned_data["campaign"]
        picked = [lead.pk for lead in form.cleaned_data["leads"]]
        kind = form.cleaned_data["kind"]
        leads = [] if kind == AgenticRun.Kind.LIST else picked
        try:
            run = runs.start(person(request), chosen.campaign, kind=kind, leads=leads)
        except (DomainError, InputError) as refusal:
            form.add_error(None, refusal.message)
        else:
            tasks.hint()
            return redirect("agentic:run", run.public_id)
    status = 422 if given is not None else 200
    return render(request, "agentic/run_start.html", _choices(request, form), status=status)


@requires("agentic.view_aicall")
@require_GET
def detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One run, as it goes on; its moving parts alone when something changed."""
    run = _visible(request, ref)
    context = {
        "run": run,
        "totals": progress.of(run),
        "results": reports.results(run),
        "live_calls": reports.live_calls(run),
        "past_calls": reports.past_calls(run),
        "refused": run.picked.exclude(refusals=[]).select_related("lead")[:SHOWN],
    }
    part = asks_for(request, "run")
    return render(request, "agentic/_run.html" if part else "agentic/run.html", context)


@requires("agentic.run_agenticcampaign")
@require_POST
def move(request: HttpRequest, ref: UUID, verb: str) -> HttpResponse:
    """Pauses, resumes, stops a run, or lets it call its next prospect."""
    run, user = _visible(request, ref), person(request)
    if verb == "end":
        runs.stop(user, run, at_once=True)
    else:
        _MOVES[verb](user, run)
    tasks.hint()
    messages.success(request, _SAID[verb])
    return redirect("agentic:run", run.public_id)


def _visible(request: HttpRequest, ref: UUID) -> AgenticRun:
    rows = AgenticRun.objects.for_user(request.user)
    rows = rows.select_related("campaign__agentic", "version", "started_by")
    return get_object_or_404(rows, public_id=ref)


def _prospects(campaign: Campaign, picked: Sequence[str], search: str) -> list[Lead]:
    """Those who are picked, then who is found, or is first in turn; all of them wait for a call."""
    waiting = Lead.objects.filter(
        Q(sheet=None) | Q(sheet=campaign.active_sheet_id),
        campaign=campaign,
        status__in=standing.WAITING,
    )
    first = list(waiting.filter(pk__in=[pk[:18] for pk in picked]).order_by("rank", "pk"))
    if search:
        found = leadsearch.within(campaign, search).rows
        others = waiting.filter(pk__in=[lead.pk for lead in found]).order_by("rank", "pk")
    else:
        others = waiting.order_by("rank", "pk")[:MOST_LISTED]
    return list(dict.fromkeys([*first, *others]))


def _choices(request: HttpRequest, form: RunForm) -> dict[str, Any]:
    """The form, and the prospects of the campaign that is chosen in it."""
    rows = form.fields["campaign"].queryset  # type: ignore[attr-defined]  # a ModelChoiceField
    given = str(form["campaign"].value() or "")
    is_id = given.isascii() and given.isdecimal() and len(given) < 19
    chosen = rows.filter(campaign=given).first() if is_id else None
    chosen = chosen or (rows.first() if rows.count() == 1 else None)
    search = request.GET.get("q", "").strip()
    picked = [pk for pk in form["leads"].value() or () if str(pk).isdecimal()]
    return {
        "form": form,
        "campaigns": rows,
        "chosen": chosen,
        "search": search,
        "leads": _prospects(chosen.campaign, picked, search) if chosen else [],
        "problems": provider(chosen.provider).problems() if chosen else [],
    }
