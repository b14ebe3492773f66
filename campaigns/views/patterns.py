"""Pages of beginnings of numbers and e-mail domains that are not called."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.authentication import person
from campaigns import patterns
from campaigns.forms import add_refusal
from campaigns.models import SuppressionPattern
from campaigns.suppressionforms import LiftForm, PatternForm
from campaigns.views.suppression import house, scopes
from core.errors import InputError
from core.web import requires


@requires("campaigns.view_suppressionentry")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """All of them; there are never many."""
    return _page(request)


@requires("campaigns.add_suppressionentry")
@require_http_methods(["POST"])
def add(request: HttpRequest) -> HttpResponse:
    """One more, from now on."""
    user = person(request)
    form = PatternForm(user, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            row = patterns.add(
                house(user),
                given["kind"],
                given["pattern"],
                reason=given["reason"],
                campaign=given["campaign"],
                until=given["until"],
                by=user,
                now=timezone.now(),
            )
        except InputError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"{row.pattern} is not called any more.")
            return redirect("campaigns:patterns")
    return _page(request, form=form)


@requires("campaigns.delete_suppressionentry")
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, and lets them be called again."""
    row = get_object_or_404(SuppressionPattern.objects.for_user(request.user), pk=pk)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            patterns.lift(row, by=person(request), **form.cleaned_data)
        except InputError as error:
            add_refusal(form, error)
        else:
            messages.success(request, f"{row.pattern} may be called again.")
            return redirect("campaigns:patterns")
    context = {"row": row, "form": form, "scope": scopes(person(request)).get(row.campaign_key)}
    status = 422 if form.errors else 200
    return render(request, "campaigns/pattern_lift.html", context, status=status)


def _page(request: HttpRequest, *, form: PatternForm | None = None) -> HttpResponse:
    user = person(request)
    rows = SuppressionPattern.objects.for_user(user).select_related("created_by", "organization")
    context = {
        "rows": rows.order_by("kind", "pattern", "pk"),
        "names": scopes(user),
        "form": form or PatternForm(user),
    }
    status = 422 if form else 200
    return render(request, "campaigns/patterns.html", context, status=status)
