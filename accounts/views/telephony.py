"""The page of a person's phone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import sip
from accounts.authentication import person
from accounts.models import SipAccount, User
from accounts.phoneforms import TelephonyForm
from core.errors import InputError
from core.web import requires


@requires("accounts.change_sipaccount")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("secret")
def phone(request: HttpRequest, pk: int) -> HttpResponse:
    """A person's extension and PBX; a stored password is never shown."""
    who = get_object_or_404(User.objects.managed_by(person(request)), pk=pk)
    account = SipAccount.objects.filter(user=who).first()
    form = TelephonyForm(account, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            sip.change(who, form.cleaned_data["extension"], form.pbx(), by=person(request))
        except InputError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The phone is changed, from their next page on.")
            return redirect("accounts:telephony", pk=who.pk)
    context = {"who": who, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/telephony.html", context, status=status)
