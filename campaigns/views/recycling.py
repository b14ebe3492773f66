"""The page on which finished leads are sent through the list again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.authentication import person
from campaigns import recycling
from campaigns.models import Campaign
from campaigns.recycling import Choice
from campaigns.views import visible
from core.errors import InputError
from core.web import asks_for, requires


class RecycleForm(forms.Form):
    """Which finished leads."""

    reasons = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="Not called for",
        required=False,
        min_value=0,
        max_value=recycling.MOST_DAYS,
        help_text="Days since the last call; empty: any time.",
    )

    def __init__(self, campaign: Campaign, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.found = recycling.reasons(campaign)
        reasons: Any = self.fields["reasons"]
        reasons.choices = [(one.code, one.label) for one in self.found]

    def choice(self) -> Choice:
        """As the verbs take it."""
        data = self.cleaned_data
        return Choice(tuple(sorted(data["reasons"])), data["days"] or 0)

    @property
    def chosen(self) -> set[str]:
        """The codes that are ticked."""
        return set(self["reasons"].value() or ())


@requires("campaigns.change_campaign")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Which leads are finished and why; a GET with a choice counts, a POST sends them round."""
    campaign, now = visible(request, pk), timezone.now()
    posted = request.POST if request.method == "POST" else request.GET or None
    form = RecycleForm(campaign, posted)
    choice = form.choice() if form.is_bound and form.is_valid() else None
    if request.method == "POST" and choice is not None:
        try:
            recycling.start(person(request), campaign, choice, now=now)
        except InputError as error:
            form.add_error("reasons", error.message)
        else:
            messages.success(request, "The leads go through the list again.")
            return redirect("campaigns:recycle", campaign.pk)
    labels = {one.code: one.label for one in form.found}
    runs = [
        {"run": run, "reasons": [labels.get(code, code) for code in run.chosen["reasons"]]}
        for run in recycling.history(campaign)
    ]
    count = recycling.count(campaign, choice, now) if choice and choice.reasons else None
    context = {"campaign": campaign, "form": form, "runs": runs, "count": count}
    part = asks_for(request, "recycle-count")
    template = "campaigns/_recycle_count.html" if part else "campaigns/recycle.html"
    return render(request, template, context, status=422 if form.errors else 200)
