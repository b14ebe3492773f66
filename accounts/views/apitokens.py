"""Pages of machines' tokens: one's own, and another person's for administrators."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import apitokens, logins
from accounts.authentication import person
from accounts.models import ApiToken, User
from accounts.profile_forms import TokenForm, WhichTokenForm
from core.errors import DomainError
from core.web import address_of, requires


@requires()
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def mine(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a posted form makes one, whose text is shown this once."""
    user = person(request)
    form = TokenForm(user, request.POST if request.method == "POST" else None)
    raw = _made(request, user, form) if form.is_valid() else ""
    if raw:
        form = TokenForm(user)
    context = {"form": form, "raw": raw, "has_scopes": bool(apitokens.offered(user))}
    status = 422 if form.errors else 200
    return render(request, "accounts/tokens.html", _rows(user) | context, status=status)


@requires()
@require_POST
def revoke_mine(request: HttpRequest) -> HttpResponse:
    """Ends one of one's own tokens."""
    _revoke(request, person(request))
    return redirect("accounts:my_tokens")


@requires("accounts.view_apitoken")
@require_GET
def of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """The tokens that act for another person."""
    who = _person(request, pk)
    return render(request, "accounts/tokens.html", _rows(who) | {"who": who})


@requires("accounts.delete_apitoken")
@require_POST
def revoke_of_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a token of another person."""
    who = _person(request, pk)
    _revoke(request, who)
    return redirect("accounts:person_tokens", pk=who.pk)


def _made(request: HttpRequest, user: User, form: TokenForm) -> str:
    """The text of the token that the form asks for; empty when it is refused."""
    wanted = form.cleaned_data
    try:
        logins.prove(user, wanted["password"], address=address_of(request))
        _, raw = apitokens.make(user, wanted["name"], wanted["scopes"], form.expires_at())
    except DomainError as refusal:
        form.refuse(refusal)
        return ""
    return raw


def _revoke(request: HttpRequest, who: User) -> None:
    form = WhichTokenForm(who, request.POST)
    if form.is_valid():
        token: ApiToken = form.cleaned_data["token"]
        apitokens.revoke(token, person(request))
        messages.success(request, f"The token “{token.name}” opens nothing any more.")
    else:
        messages.error(request, "There is no such token.")


def _person(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(User.objects.managed_by(person(request)), pk=pk)


def _rows(user: User) -> dict[str, Any]:
    now = timezone.now()
    tokens = ApiToken.objects.filter(user=user).order_by("-pk")[:100]
    rows = [
        {
            "token": token,
            "may": [apitokens.SCOPES.get(scope, scope) for scope in token.scopes],
            "lives": token.lives(now),
        }
        for token in tokens
    ]
    return {"rows": rows}
