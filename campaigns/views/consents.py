"""Pages of consent: find a number's, write one down, revoke one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.authentication import person
from campaigns import consents, finding
from campaigns.forms import add_refusal
from campaigns.models import ConsentRecord
from campaigns.ruleforms import BecauseForm, GrantForm
from campaigns.views.suppression import house
from core import phone
from core.errors import DomainError, InputError
from core.web import requires

_FIELDS = {"phone": "number", "granted_at": "given_on", "expires_at": "until"}


@requires("campaigns.view_consentrecord")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The ledger, newest first, by the first digits of a number."""
    return _page(request)


@requires("campaigns.add_consentrecord")
@require_http_methods(["POST"])
def grant(request: HttpRequest) -> HttpResponse:
    """One more consent."""
    user = person(request)
    form = GrantForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        terms = consents.Terms(
            purpose=given["purpose"],
            voice=given["voice"],
            kind=given["kind"],
            source=given["source"],
            proof=given["proof"],
            granted_at=given["given_on"],
            expires_at=given["until"],
        )
        try:
            number = phone.normalize(given["number"], given["region"].upper()).e164
            consents.grant(house(user), number, terms, by=user, now=timezone.now())
        except InputError as error:
            error.errors = {_FIELDS.get(name, name): said for name, said in error.errors.items()}
            add_refusal(form, error)
        else:
            messages.success(request, f"The consent of {phone.format_for_people(number)} is kept.")
            return redirect("campaigns:consents")
    return _page(request, form=form, status=422)


@requires("campaigns.change_consentrecord")
@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks why, and ends a consent."""
    row = get_object_or_404(ConsentRecord.objects.for_user(request.user), pk=pk)
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            consents.revoke(row, by=person(request), now=timezone.now(), **form.cleaned_data)
        except InputError as error:
            add_refusal(form, error)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "The consent is revoked.")
            return redirect("campaigns:consents")
    context = {"row": row, "form": form}
    status = 422 if form.errors else 200
    return render(request, "campaigns/consent_revoke.html", context, status=status)


def _page(
    request: HttpRequest, *, form: GrantForm | None = None, status: int = 200
) -> HttpResponse:
    user, search = person(request), request.GET.get("q", "").strip()
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "page": finding.consents(user, search=search, after=request.GET.get("after", "")),
        "search": search,
        "query": query.urlencode(),
        "form": form or GrantForm(initial={"region": "US"}),
    }
    return render(request, "campaigns/consents.html", context, status=status)
