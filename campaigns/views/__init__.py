"""Pages of campaigns: the list, one of them, its editor, its leads."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from campaigns import copying, editing, finding, reports
from campaigns.editorforms import FilterForms, RetryForms, ShareForms
from campaigns.forms import (
    DAYS,
    CampaignFilterForm,
    CampaignForm,
    LeadFilterForm,
    add_refusal,
)
from campaigns.models import Campaign
from core.errors import InputError
from core.web import asks_for, requires


@requires("campaigns.view_campaign")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Campaigns with their progress; the rows alone when a filter or news ask."""
    form = CampaignFilterForm(request.GET)
    form.is_valid()
    page = finding.campaigns(
        request.user,
        search=form.cleaned_data.get("q", ""),
        status=form.cleaned_data.get("status", ""),
        after=request.GET.get("after", ""),
    )
    query = request.GET.copy()
    query.pop("after", None)
    context = {"form": form, "page": page, "query": query.urlencode(), **_overview(page.rows)}
    part = asks_for(request, "campaign-rows")
    return render(request, "campaigns/_rows.html" if part else "campaigns/list.html", context)


@requires("campaigns.view_campaign")
@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign: its numbers, lists, people and rules."""
    campaign = visible(request, pk)
    row = _overview([campaign])["rows"][0]
    numbers = row["numbers"]
    outcomes = reports.outcomes(campaign) if numbers.finished or numbers.dialed else None
    context = {
        "campaign": campaign,
        "row": row,
        "outcomes": outcomes,
        "contact_rate": outcomes.contact_rate(numbers.dialed) if outcomes else None,
        "teams": campaign.teams.order_by("name"),
        "agents": campaign.agents.order_by("name"),
        "days": _days(campaign),
        "sheets": campaign.sheets.select_related("created_by").order_by("-pk")[:10],
    }
    if asks_for(request, "campaign-body"):
        return render(request, "campaigns/_body.html", context)
    return render(request, "campaigns/detail.html", context)


@requires("campaigns.add_campaign")
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new campaign, as a draft."""
    user, editor = person(request), _Editor(request)
    if request.method == "POST" and editor.is_valid():
        try:
            campaign = editing.create_campaign(user, **editor.given())
        except InputError as error:
            editor.refuse(error)
        else:
            messages.success(request, "The campaign is made. Upload a list next.")
            return redirect("campaigns:detail", campaign.pk)
    return editor.page()


@requires("campaigns.change_campaign")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything of a campaign but its status."""
    campaign, user = visible(request, pk), person(request)
    editor = _Editor(request, campaign)
    if request.method == "POST" and editor.is_valid():
        try:
            editing.change_campaign(user, campaign, **editor.given(), shares=editor.shares.given())
        except InputError as error:
            editor.refuse(error)
        else:
            messages.success(request, "Saved.")
            return redirect("campaigns:detail", campaign.pk)
    return editor.page()


@requires("campaigns.add_campaign")
@require_POST
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft like this campaign, without its leads."""
    made = copying.copy_campaign(person(request), visible(request, pk))
    messages.success(request, "The copy is a draft without leads. Give it a name of its own.")
    return redirect("campaigns:edit", made.pk)


@requires("campaigns.change_campaign")
@require_POST
def status(request: HttpRequest, pk: int) -> HttpResponse:
    """Starts, pauses, ends, archives."""
    campaign = visible(request, pk)
    campaign = editing.set_status(person(request), campaign, request.POST.get("status", ""))
    messages.success(request, f"{campaign.name} is {campaign.get_status_display().lower()}.")
    if request.POST.get("from") == "list":
        return redirect("campaigns:list")
    return redirect("campaigns:detail", campaign.pk)


@requires("campaigns.view_lead")
@require_GET
def leads(request: HttpRequest, pk: int) -> HttpResponse:
    """A campaign's leads with a filter, newest first."""
    campaign = visible(request, pk)
    form = LeadFilterForm(request.GET)
    form.is_valid()
    page = finding.leads(
        campaign,
        search=form.cleaned_data.get("q", "").strip(),
        status=form.cleaned_data.get("status", ""),
        after=request.GET.get("after", ""),
    )
    query = request.GET.copy()
    query.pop("after", None)
    context = {"campaign": campaign, "form": form, "page": page, "query": query.urlencode()}
    part = asks_for(request, "lead-rows")
    return render(request, "campaigns/_lead_rows.html" if part else "campaigns/leads.html", context)


def visible(request: HttpRequest, pk: int) -> Campaign:
    """The campaign, if the user sees it; any other does not exist."""
    return get_object_or_404(Campaign.objects.for_user(request.user), pk=pk)


def _overview(campaigns: list[Campaign]) -> dict[str, Any]:
    """Each campaign with its numbers, crew and moves."""
    numbers = reports.numbers(campaign.pk for campaign in campaigns)
    crews = reports.crews(campaigns)
    rows = [
        {
            "campaign": campaign,
            "numbers": numbers[campaign.pk],
            "crew": crews[campaign.pk],
            "moves": editing.moves(campaign),
        }
        for campaign in campaigns
    ]
    return {"rows": rows, "topics": " ".join(f"campaign:{one.pk}" for one in campaigns)}


def _days(campaign: Campaign) -> str:
    """The days on which it calls, a span of them with a dash."""
    days = campaign.window_days
    names = [name for day, name in DAYS if day in days]
    unbroken = len(days) > 2 and days == list(range(days[0], days[-1] + 1))
    return f"{names[0]}\u2013{names[-1]}" if unbroken else ", ".join(names)


class _Editor:
    """The editor's forms, which are sent together."""

    def __init__(self, request: HttpRequest, campaign: Campaign | None = None) -> None:
        self.request, self.campaign = request, campaign
        data = request.POST or None
        self.form = CampaignForm(person(request), data, instance=campaign)
        edited = campaign or Campaign()
        results = self.form.fields["dispositions"].queryset  # type: ignore[attr-defined]  # of rows
        self.retries = RetryForms(edited, results, data)
        self.filter = FilterForms(edited, data)
        self.shares = ShareForms(edited, data)

    def is_valid(self) -> bool:
        """Whether all are."""
        parts = (self.form, self.retries, self.filter, self.shares)
        return all(part.is_valid() for part in parts)

    def given(self) -> dict[str, Any]:
        """What the verbs take."""
        parts = {"lead_filter": self.filter.given(), "retry_rules": self.retries.given()}
        return {**self.form.given(), **parts}

    def refuse(self, error: InputError) -> None:
        """Shows a verb's refusal where it belongs."""
        add_refusal(self.form, error)
        self.filter.refusal = " ".join(error.errors.get("lead_filter", []))

    def page(self) -> HttpResponse:
        """The whole editor."""
        context = {
            "form": self.form,
            "campaign": self.campaign,
            "retries": self.retries,
            "filter": self.filter,
            "shares": self.shares,
        }
        status_code = 422 if self.request.method == "POST" else 200
        return render(self.request, "campaigns/edit.html", context, status=status_code)
