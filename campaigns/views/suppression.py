"""Pages of the numbers that are not called: find, add, receive a file, lift, export."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.authentication import person
from accounts.models import Organization, User
from campaigns import bans, finding, suppression, suppressionlists
from campaigns.forms import add_refusal
from campaigns.models import Campaign, SuppressionEntry
from campaigns.suppressionforms import (
    LiftForm,
    SuppressFileForm,
    SuppressForm,
    SuppressionFilterForm,
)
from core import phone
from core.errors import DomainError, InputError
from core.web import asks_for, requires


@requires("campaigns.view_suppressionentry")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The numbers with a filter, and whether the number that was searched may be called."""
    return _page(request)


@requires("campaigns.add_suppressionentry")
@require_http_methods(["POST"])
def add(request: HttpRequest) -> HttpResponse:
    """One more number that is not called, from now on."""
    user = person(request)
    form = SuppressForm(user, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            number = phone.normalize(given["number"], given["region"]).e164
            suppression.suppress(
                house(user),
                number,
                source=SuppressionEntry.Source.MANAGER,
                reason=given["reason"],
                by=user,
                campaign=given["campaign"],
                until=given["until"],
                now=timezone.now(),
            )
        except InputError as error:
            form.add_error("number", error.message)
        else:
            said = phone.format_for_people(number)
            messages.success(request, f"{said} is not called any more.")
            return redirect("campaigns:suppression")
    return _page(request, form=form, status=422)


@requires("campaigns.add_suppressionentry")
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """A file of numbers, and what became of each."""
    user, report = person(request), None
    posted = request.method == "POST"
    form = SuppressFileForm(user, *((request.POST, request.FILES) if posted else ()))
    form.initial = {"region": _region(user)}
    if posted and form.is_valid():
        given = form.cleaned_data
        try:
            report = suppressionlists.receive(
                given["file"],
                house(user),
                region=given["region"],
                reason=given["reason"],
                campaign=given["campaign"],
                until=given["until"],
                by=user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error("file", error.message)
    context = {"form": form, "report": report}
    status = 422 if form.errors else 200
    return render(request, "campaigns/suppression_file.html", context, status=status)


@requires("campaigns.delete_suppressionentry")
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, and lets the number be called again."""
    entry = get_object_or_404(SuppressionEntry.objects.for_user(request.user), pk=pk)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            suppression.lift(entry, by=person(request), now=timezone.now(), **form.cleaned_data)
        except InputError as error:
            add_refusal(form, error)
        else:
            said = phone.format_for_people(entry.phone)
            messages.success(request, f"{said} may be called again.")
            return redirect("campaigns:suppression")
    scope = scopes(person(request)).get(entry.campaign_key)
    context = {"entry": entry, "form": form, "scope": scope}
    status = 422 if form.errors else 200
    return render(request, "campaigns/suppression_lift.html", context, status=status)


@requires("campaigns.view_suppressionentry")
@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """All of it as CSV, a line at a time."""
    user = person(request)
    rows = SuppressionEntry.objects.for_user(user).order_by("pk").iterator(chunk_size=2000)
    suppression.exported(user)
    return StreamingHttpResponse(
        suppressionlists.as_csv(rows, scopes(user)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="not-called.csv"'},
    )


def _page(
    request: HttpRequest, *, form: SuppressForm | None = None, status: int = 200
) -> HttpResponse:
    user = person(request)
    names = scopes(user)
    filters = SuppressionFilterForm(names, request.GET)
    filters.is_valid()
    wanted = {name: filters.cleaned_data.get(name, "") for name in filters.fields}
    search = wanted.pop("q")
    searched = _searched(user, search)
    search = searched["number"] if searched else search
    page = finding.suppressions(user, search=search, after=request.GET.get("after", ""), **wanted)
    query = request.GET.copy()
    query.pop("after", None)
    context: dict[str, Any] = {
        "filters": filters,
        "page": page,
        "names": names,
        "query": query.urlencode(),
        "searched": searched,
        "form": form or SuppressForm(user, initial={"region": _region(user)}),
    }
    part = asks_for(request, "suppression-rows")
    template = "campaigns/_suppression_rows.html" if part else "campaigns/suppression.html"
    return render(request, template, context, status=status)


def _searched(user: User, search: str) -> dict[str, Any] | None:
    """The answer about one whole number; None when less was typed."""
    try:
        number = phone.normalize(search, _region(user)).e164
    except InputError:
        return None
    entries = SuppressionEntry.objects.for_user(user).filter(phone=number)
    said: bans.Bans = ()
    if user.organization_id:
        said = bans.of_one(user.organization_id, bans.Person(number), None, timezone.now())
    others = [ban.message for ban in said if ban.rule != bans.NUMBER]
    return {"number": number, "entries": list(entries), "others": others}


def scopes(user: User) -> dict[int, str]:
    """The campaigns of the user's organizations by id."""
    rows = Campaign.objects.all()
    if not user.is_superadmin:
        rows = rows.filter(organization=user.organization_id)
    return dict(rows.order_by("name").values_list("pk", "name"))


def _region(user: User) -> str:
    """How the organization's newest campaign reads numbers."""
    rows = Campaign.objects.filter(organization=user.organization_id).order_by("-pk")
    return rows.values_list("default_region", flat=True).first() or "US"


def house(user: User) -> Organization:
    """The organization that keeps the lists. Raises InputError for a superadmin, who has none."""
    if user.organization is None:
        raise InputError("Only people of an organization keep such a list.", code="no_organization")
    return user.organization
