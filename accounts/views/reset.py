"""Pages of the way to a new password: by an invitation, or by a code that comes by mail."""

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import passwords
from accounts.api.reset import ask
from accounts.forms import EmailForm, NewPasswordForm, OtpForm
from core.errors import DomainError
from core.web import address_of, public

ASKED, TOKEN = "reset", "reset_token"
PLACE = "/forgot-password/"
KEPT_S = 20 * 60


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("new_password")
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person chooses their first password."""
    user = passwords.invited(token)
    if user is None:
        return render(request, "accounts/invitation_ended.html", {"bare": True}, status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            passwords.accept(token, form.cleaned_data["new_password"])
        except DomainError as refusal:
            form.add_error("new_password", refusal.message)
        else:
            messages.success(request, "Your password is set. Log in with it now.")
            return redirect("accounts:login")
    context = {"form": form, "user_name": user.name, "email": user.email, "bare": True}
    return render(request, "accounts/set_password.html", context, status=_status(form))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def forgot(request: HttpRequest) -> HttpResponse:
    """Asks for the address that a code is mailed to."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ask(request, form.cleaned_data["email"])
        response = redirect("accounts:reset_code")
        _keep(response, ASKED, form.cleaned_data["email"])
        return response
    context = {"form": form, "bare": True}
    return render(request, "accounts/forgot.html", context, status=_status(form))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Asks for the code from the mail."""
    email = _kept(request, ASKED)
    if not email:
        return redirect("accounts:forgot")
    form = OtpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            token = passwords.verify_code(
                email, form.cleaned_data["otp"], address=address_of(request)
            )
        except DomainError as refusal:
            form.add_error("otp", refusal.message)
        else:
            response = redirect("accounts:reset_password")
            response.delete_cookie(ASKED, path=PLACE, samesite="Lax")
            _keep(response, TOKEN, token)
            return response
    context = {"form": form, "email": email, "bare": True}
    return render(request, "accounts/reset_code.html", context, status=_status(form))


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("new_password")
def new_password(request: HttpRequest) -> HttpResponse:
    """Asks for the new password."""
    token = _kept(request, TOKEN)
    if not passwords.may_reset(token):
        return redirect("accounts:forgot")
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            passwords.reset(token, form.cleaned_data["new_password"])
        except DomainError as refusal:
            form.add_error("new_password", refusal.message)
        else:
            messages.success(request, "Your new password is set. Log in with it now.")
            response = redirect("accounts:login")
            response.delete_cookie(TOKEN, path=PLACE, samesite="Lax")
            return response
    context = {"form": form, "bare": True}
    return render(request, "accounts/reset_password.html", context, status=_status(form))


def _status(form: Form) -> int:
    return 422 if form.errors else 200


def _keep(response: HttpResponse, name: str, value: str) -> None:
    """Between two pages: neither the address nor the token is in an address bar or a log."""
    response.set_signed_cookie(
        name,
        value,
        salt=name,
        max_age=KEPT_S,
        path=PLACE,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )


def _kept(request: HttpRequest, name: str) -> str:
    return str(request.get_signed_cookie(name, "", salt=name, max_age=KEPT_S))
