"""Pages that try a draft without a phone: a talk in text, and scenarios."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from agentic import rehearsing, scenarios, talking, tasks, wording
from agentic.models import AgenticCampaign
from agentic.views import leads_of, voice_of
from campaigns.models import Lead
from core.errors import InputError
from core.web import requires

_SALT = "agentic.talk"
_EXAMPLE = """# The called person agrees.
lead name: Ann Example
lead company: Example Ltd.
expect says: automated
caller: Yes, speaking.
expect no tool: mark_do_not_call
caller: Please do not call me again.
expect tool: mark_do_not_call
expect result: do_not_call
expect end
"""


@requires("agentic.view_agenticcampaign")
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a manager talks with the voice; the talk begins when it is asked for."""
    row = voice_of(request, pk)
    context = {
        "voice": row,
        "campaign": row.campaign,
        "leads": leads_of(row),
        "speaker": talking.voice().label,
    }
    return render(request, "agentic/try.html", context)


@requires("agentic.change_agenticcampaign")
@require_POST
def say(request: HttpRequest, pk: int) -> HttpResponse:
    """A line to the voice, and its answer; without a talk it begins one."""
    row = voice_of(request, pk)
    lead_pk, turns = _talk(request, row)
    speaker, line = talking.voice(), request.POST.get("line", "")
    lead = Lead.objects.filter(campaign=row.campaign_id, pk=lead_pk).first() if lead_pk else None
    brief = talking.brief(_words(request, row), row.campaign, now=timezone.now(), lead=lead)
    if not turns:
        turns = talking.begin(brief, speaker)
    elif line.strip() and not talking.is_over(turns):
        turns = talking.go_on(brief, turns, line, speaker)
    kept = {"voice": row.pk, "lead": lead_pk, "turns": talking.packed(turns)}
    context = {
        "campaign": row.campaign,
        "turns": turns,
        "over": talking.is_over(turns),
        "result": talking.result(turns),
        "talk": signing.dumps(kept, salt=_SALT, compress=True),
        "instructions": brief.instructions,
        "speaker": speaker.label,
        "words": request.POST.get("words", ""),
    }
    return render(request, "agentic/_turns.html", context)


@requires("agentic.view_agenticcampaign")
@require_GET
def listing(request: HttpRequest, pk: int) -> HttpResponse:
    """The scenarios of a campaign."""
    row = voice_of(request, pk)
    rows = row.campaign.scenarios.order_by("name")
    return render(request, "agentic/scenarios.html", {**_rehearsed(row), "rows": rows})


@requires("agentic.change_agenticcampaign")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int, scenario: int = 0) -> HttpResponse:
    """A scenario to write, and what is wrong with it."""
    row = voice_of(request, pk)
    kept = get_object_or_404(row.campaign.scenarios, pk=scenario) if scenario else None
    name = request.POST.get("name", kept.name if kept else "")
    source = request.POST.get("source", kept.source if kept else _EXAMPLE)
    errors: dict[str, Any] = {}
    if request.method == "POST":
        try:
            scenarios.parse(source)
            wording.save_scenario(person(request), row, name=name, source=source, scenario=kept)
        except InputError as error:
            errors = error.errors
        else:
            messages.success(request, "The scenario is saved.")
            return redirect("agentic:scenarios", pk)
    context = {
        "voice": row,
        "campaign": row.campaign,
        "scenario": kept,
        "name": name,
        "source": source,
        "errors": errors,
    }
    return render(request, "agentic/scenario.html", context, status=422 if errors else 200)


@requires("agentic.change_agenticcampaign")
@require_POST
def delete(request: HttpRequest, pk: int, scenario: int) -> HttpResponse:
    """Forgets a scenario."""
    row = voice_of(request, pk)
    wording.delete_scenario(person(request), get_object_or_404(row.campaign.scenarios, pk=scenario))
    messages.success(request, "The scenario is deleted.")
    return redirect("agentic:scenarios", pk)


@requires("agentic.change_agenticcampaign")
@require_POST
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets a worker go through the scenarios; their page shows how it goes."""
    rehearsing.start(person(request), voice_of(request, pk), timezone.now())
    tasks.hint_rehearsal()
    return redirect("agentic:scenarios", pk)


@requires("agentic.view_agenticcampaign")
@require_GET
def outcomes(request: HttpRequest, pk: int) -> HttpResponse:
    """How the scenarios went last, or go."""
    return render(request, "agentic/_outcomes.html", _rehearsed(voice_of(request, pk)))


def _rehearsed(row: AgenticCampaign) -> dict[str, Any]:
    """What the page tells of the last rehearsal."""
    last = rehearsing.latest(row)
    rows = last.outcomes if last else []
    shown = [
        {**each, "passed": rehearsing.passed(each), "turns": talking.unpacked(each["turns"])}
        for each in rows
    ]
    return {
        "voice": row,
        "campaign": row.campaign,
        "rehearsal": last,
        "outcomes": shown,
        "passed": sum(each["passed"] for each in shown),
        "is_of_draft": bool(last and last.fingerprint == rehearsing.fingerprint(row)),
    }


def _talk(request: HttpRequest, row: AgenticCampaign) -> tuple[int, list[talking.Turn]]:
    """The lead and the turns so far, as this server signed them; none for a new talk."""
    try:
        kept = signing.loads(request.POST.get("talk", ""), salt=_SALT, max_age=24 * 3600)
    except signing.BadSignature:
        kept = {}
    if kept.get("voice") == row.pk:
        return int(kept["lead"]), talking.unpacked(kept["turns"])
    asked = request.POST.get("lead", "")
    is_id = asked.isascii() and asked.isdecimal() and len(asked) < 19
    return int(asked) if is_id else 0, []


def _words(request: HttpRequest, row: AgenticCampaign) -> Any:
    """The draft, or what is published where that is asked for."""
    return row.published if request.POST.get("words") == "published" and row.published else row
