"""Pages of the door: logging in and out, the choice of a theme."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import logins
from accounts.authentication import (
    PENDING,
    asker,
    farewell,
    landing,
    leave,
    login_of,
    remember,
    remember_half,
)
from accounts.forms import CodeForm, LoginForm, ThemeForm
from accounts.logins import SecondFactorNeededError
from core.errors import DomainError
from core.web import public

_YEAR = 365 * 24 * 3600


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    """Asks for e-mail and password; someone already known goes on."""
    wanted = request.POST.get("next") or request.GET.get("next")
    if request.method != "POST":
        if login_of(request):
            return redirect(landing(request, wanted))
        context = {"form": LoginForm(), "next": wanted or "", "farewell": farewell(request)}
        return render(request, "accounts/login.html", context)
    form = LoginForm(request.POST)
    if form.is_valid():
        try:
            entry = logins.log_in(**form.cleaned_data, **asker(request))
        except SecondFactorNeededError as half:
            query = urlencode({"next": landing(request, wanted)})
            response = HttpResponseRedirect(f"{reverse('accounts:login_code')}?{query}")
            remember_half(response, half.pending)
            return response
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return _enter(request, entry, wanted)
    context = {"form": form, "next": wanted or ""}
    return render(request, "accounts/login.html", context, status=401)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def login_code(request: HttpRequest) -> HttpResponse:
    """Asks whoever knew the password for the code of their second factor."""
    wanted = request.POST.get("next") or request.GET.get("next")
    pending = request.COOKIES.get(PENDING, "")
    if not pending:
        return redirect("accounts:login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            entry = logins.log_in_by_code(pending, **form.cleaned_data, **asker(request))
        except DomainError as refusal:
            form.add_error("code", refusal.message)
        else:
            return _enter(request, entry, wanted)
    context = {"form": form, "next": wanted or "", "bare": True}
    status = 401 if form.errors else 200
    return render(request, "accounts/login_code.html", context, status=status)


def _enter(request: HttpRequest, entry: logins.Entry, wanted: str | None) -> HttpResponse:
    response = HttpResponseRedirect(landing(request, wanted))
    remember(request, response, entry)
    return response


@public
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Ends the login, and an agent's shift with it."""
    return leave(request)


@public
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remembers light, dark or the system's choice in this browser."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return HttpResponse("There is no such theme.", status=400, content_type="text/plain")
    if request.headers.get("HX-Request") or request.headers.get("Sec-Fetch-Mode") == "cors":
        response = HttpResponse(status=204)
    else:
        wanted = request.POST.get("next") or request.headers.get("Referer")
        response = HttpResponseRedirect(landing(request, wanted))
    response.set_cookie(
        "theme",
        form.cleaned_data["theme"],
        max_age=_YEAR,
        samesite="Lax",
        httponly=True,
        secure=settings.SECURE_COOKIES,
    )
    return response
