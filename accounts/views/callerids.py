"""Pages of the numbers that organizations may show."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import callerids
from accounts.authentication import person
from accounts.callerid_forms import CallerIdForm
from accounts.models import CallerId
from core.errors import InputError
from core.phone import format_for_people
from core.web import requires

EDIT = "accounts.change_callerid"


@requires(EDIT)
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """All caller IDs by organization; a posted form adds one."""
    user = person(request)
    form = CallerIdForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row = callerids.add(**form.cleaned_data)
        except InputError as refusal:
            form.refuse(refusal)
        else:
            number = format_for_people(row.number)
            messages.success(request, f"{row.organization.name} may show {number}.")
            return redirect("accounts:caller_ids")
    rows = CallerId.objects.for_user(user).select_related("organization")
    context = {"rows": rows.order_by("organization__name", "label", "number"), "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/caller_ids.html", context, status=status)


@requires(EDIT)
@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a number away."""
    row = get_object_or_404(CallerId.objects.for_user(person(request)), pk=pk)
    callerids.remove(row)
    messages.success(request, f"{format_for_people(row.number)} may not be shown any more.")
    return redirect("accounts:caller_ids")
