"""Pages of AI calls: the list, one campaign, its editor with the live preview."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from agentic import leadfacts, overview, placeholders, wording
from agentic.editorforms import QuestionForms, VoiceForm
from agentic.models import AgenticCampaign
from agentic.prompting import DISCLOSURE
from agentic.toolbox import SWITCHABLE
from campaigns import editing
from campaigns.forms import CampaignFilterForm, add_refusal
from campaigns.models import Lead
from core.errors import InputError
from core.web import asks_for, requires

TEXTS = (
    ("disclosure", "Said first"),
    ("agent_text", "Who the voice is"),
    ("session_text", "How the talk goes"),
    ("voicemail_text", "Message on voicemail"),
)
_PREVIEWED = 30


@requires("agentic.view_agenticcampaign")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """AI campaigns with their state; the rows alone when a filter or news ask."""
    form = CampaignFilterForm(request.GET)
    form.is_valid()
    rows, older = overview.find(
        request.user,
        search=form.cleaned_data.get("q", ""),
        status=form.cleaned_data.get("status", ""),
        after=request.GET.get("after", ""),
    )
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "rows": rows,
        "older": older,
        "query": query.urlencode(),
        "topics": " ".join(f"campaign:{row.voice.campaign_id}" for row in rows),
    }
    part = asks_for(request, "voice-rows")
    return render(request, "agentic/_rows.html" if part else "agentic/list.html", context)


@requires("agentic.view_agenticcampaign")
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One AI campaign: what it lacks, its lists, its wording, its limits."""
    row = voice_of(request, pk)
    (standing,) = overview.standings([row])
    context = {
        "voice": row,
        "campaign": row.campaign,
        "row": standing,
        "steps": overview.steps(row),
        "problems": overview.problems(row),
        "warnings": overview.warnings(row.published or row),
        "sheets": row.campaign.sheets.select_related("created_by").order_by("-pk")[:20],
        # A promise and a refusal have tools of their own.
        "results": row.campaign.dispositions.filter(callback=False, do_not_call=False),
    }
    part = asks_for(request, "voice-body")
    return render(request, "agentic/_body.html" if part else "agentic/detail.html", context)


@requires("agentic.change_agenticcampaign")
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new AI campaign, as a draft."""
    editor = _Editor(request)
    if request.method == "POST" and editor.is_valid():
        try:
            made = wording.make(person(request), **editor.given())
        except InputError as error:
            editor.refuse(error)
        else:
            messages.success(request, "The campaign is made. Upload a list of prospects next.")
            return redirect("agentic:detail", made.campaign_id)
    return editor.page()


@requires("agentic.change_agenticcampaign")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft and the limits of a voice."""
    row = voice_of(request, pk)
    editor = _Editor(request, row)
    if request.method == "POST" and editor.is_valid():
        try:
            changed = wording.change(person(request), row, **editor.given())
        except InputError as error:
            editor.refuse(error)
        else:
            for sentence in overview.warnings(changed):
                messages.warning(request, sentence)
            messages.success(request, "The draft is saved.")
            to_versions = "publish" in request.POST
            return redirect("agentic:versions" if to_versions else "agentic:detail", pk)
    return editor.page()


@requires("agentic.change_agenticcampaign")
@require_POST
def preview(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """The texts as they are typed, about one lead, with what is wrong in them."""
    row = voice_of(request, pk) if pk else None
    own = leadfacts.own_fields(row.campaign) if row else []
    lead = _lead(request, row)
    facts = leadfacts.about(lead) if lead else leadfacts.EXAMPLE
    texts = []
    for name, label in TEXTS:
        text = request.POST.get(name, "")[: placeholders.LONGEST_TEXT + 1]
        shown = {"name": name, "label": label, "length": len(text)}
        shown["pieces"] = placeholders.pieces(text, facts)
        shown["mistakes"] = placeholders.check(text, own)
        texts.append(shown)
    return render(request, "agentic/_preview.html", {"texts": texts, "lead": lead})


@requires("agentic.run_agenticcampaign")
@require_POST
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens the campaign for calls, pauses, ends, archives it."""
    row = voice_of(request, pk)
    campaign = editing.set_status(person(request), row.campaign, request.POST.get("status", ""))
    messages.success(request, f"{campaign.name} is {campaign.get_status_display().lower()}.")
    return redirect("agentic:detail", pk)


def voice_of(request: HttpRequest, pk: int) -> AgenticCampaign:
    """The AI campaign whose Campaign this is, if the user sees it; any other does not exist."""
    found: AgenticCampaign = get_object_or_404(overview.visible(request.user), campaign=pk)
    return found


def leads_of(row: AgenticCampaign | None) -> list[Lead]:
    """A few leads to try texts on, those of the active list first."""
    if row is None:
        return []
    rows = Lead.objects.filter(campaign=row.campaign_id)
    active = rows.filter(sheet=row.campaign.active_sheet_id)
    return list((active if active.exists() else rows).order_by("pk")[:_PREVIEWED])


def _lead(request: HttpRequest, row: AgenticCampaign | None) -> Lead | None:
    """The lead that the preview is about; None for the example."""
    asked = request.POST.get("preview_lead", "")
    if row is None or not (asked.isascii() and asked.isdecimal() and len(asked) < 19):
        return None
    return Lead.objects.filter(campaign=row.campaign_id, pk=int(asked)).first()


class _Editor:
    """The editor's forms, which are sent together."""

    def __init__(self, request: HttpRequest, row: AgenticCampaign | None = None) -> None:
        self.request, self.row = request, row
        data = request.POST or None
        self.form = VoiceForm(person(request), data, instance=row, initial=_beginning(row))
        self.questions = QuestionForms(row.questions if row else [], data)

    def is_valid(self) -> bool:
        """Whether all are."""
        return self.questions.is_valid() & self.form.is_valid()

    def given(self) -> dict[str, Any]:
        """What the verbs take."""
        return {**self.form.given(), "questions": self.questions.given()}

    def refuse(self, error: InputError) -> None:
        """Shows a verb's refusal where it belongs."""
        self.questions.problems = error.errors.pop("questions", [])
        add_refusal(self.form, error)

    def page(self) -> HttpResponse:
        """The whole editor."""
        row = self.row
        context = {
            "form": self.form,
            "questions": self.questions,
            "voice": row,
            "campaign": row.campaign if row else None,
            "leads": leads_of(row),
            "fields": placeholders.FIELDS,
            "own": leadfacts.own_fields(row.campaign) if row else [],
            "brackets": [*placeholders.BRACKETS],
        }
        code = 422 if self.request.method == "POST" else 200
        return render(self.request, "agentic/edit.html", context, status=code)


def _beginning(row: AgenticCampaign | None) -> dict[str, Any]:
    """What a new one begins with."""
    return {} if row else {"disclosure": DISCLOSURE, "tools": list(SWITCHABLE)}
