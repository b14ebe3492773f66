"""Pages of one's own second factor: set up, recovery codes, taken away."""

from typing import Any

import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import logins, second_factor
from accounts.authentication import login_of, person
from accounts.forms import CodeForm, PasswordForm
from core.errors import DomainError
from core.web import address_of, requires


@requires(on_detour=True)
@require_GET
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Whether there is one, and the way to it."""
    return _page(request)


@requires(on_detour=True)
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Makes a secret for an authenticator."""
    second_factor.begin(person(request))
    return redirect("accounts:second_factor")


@requires(on_detour=True)
@require_POST
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Makes the secret count by its first code, and shows the recovery codes, once."""
    form, login = CodeForm(request.POST), login_of(request)
    if not form.is_valid() or login is None:
        return _page(request, problem="Enter the six digits that the authenticator shows.")
    try:
        codes = logins.enrol(login, form.cleaned_data["code"])
    except DomainError as refusal:
        return _page(request, problem=refusal.message)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "is_first": True})


@requires()
@require_POST
@never_cache
@sensitive_post_parameters("password")
def codes(request: HttpRequest) -> HttpResponse:
    """Makes new recovery codes, for whoever knows the password."""
    if refusal := _refusal(request):
        return _page(request, wrong_password=refusal, about="codes")
    fresh = second_factor.regenerate(person(request))
    return render(request, "accounts/recovery_codes.html", {"codes": fresh})


@requires()
@require_POST
@sensitive_post_parameters("password")
def remove(request: HttpRequest) -> HttpResponse:
    """Takes the second factor away, for whoever knows the password."""
    if refusal := _refusal(request):
        return _page(request, wrong_password=refusal, about="remove")
    second_factor.remove(person(request))
    messages.success(request, "The second factor is removed.")
    return redirect("accounts:second_factor")


def _refusal(request: HttpRequest) -> str:
    """Why this is not proved to be the person; empty when it is."""
    form = PasswordForm(request.POST)
    if not form.is_valid():
        return "Enter your password."
    try:
        logins.prove(person(request), form.cleaned_data["password"], address=address_of(request))
    except DomainError as refusal:
        return refusal.message
    return ""


def _page(request: HttpRequest, **more: Any) -> HttpResponse:
    user = person(request)
    has = second_factor.has(user)
    begun = None if has else second_factor.begun(user)
    context = {
        "has": has,
        "demanded": second_factor.is_demanded(user),
        "codes_left": second_factor.codes_left(user),
        "begun": begun,
        "secret": _in_fours(begun.secret) if begun else "",
        "qr": _qr(begun.uri) if begun else "",
        "bare": bool(user.detour),
    }
    return render(
        request, "accounts/second_factor.html", context | more, status=422 if more else 200
    )


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _qr(uri: str) -> SafeString:
    """The text as a picture without styles of its own; black on white in both themes."""
    picture = segno.make(uri, error="m", micro=False).svg_inline(
        border=3, dark="#000", light="#fff", omitsize=True, svgclass="size-full", lineclass=None
    )
    return mark_safe(picture)  # noqa: S308  # made of squares
