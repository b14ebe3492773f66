"""Pages of the breaks that agents may take."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import breaks
from accounts.authentication import person
from accounts.forms import BreakForm
from accounts.models import BreakReason
from core.errors import InputError
from core.web import requires


@requires("accounts.change_breakreason")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """All breaks in the order of the menu; a posted form adds one."""
    user = person(request)
    form = BreakForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if user.organization is None:
            form.add_error(None, "Only people of an organization add breaks.")
        else:
            try:
                added = breaks.add(user.organization, form.wanted())
            except InputError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"Agents may take the break “{added.label}” from now on.")
                return redirect("accounts:break_reasons")
    rows = BreakReason.objects.for_user(user).order_by("-is_active", "position", "label", "pk")
    context = {"reasons": rows.select_related("organization"), "form": form}
    return render(request, "accounts/breaks.html", context, status=422 if form.errors else 200)


@requires("accounts.change_breakreason")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One break's name, limit and pay."""
    reason = _reason(request, pk)
    form = BreakForm(
        request.POST if request.method == "POST" else None,
        initial={
            "label": reason.label,
            "limit": reason.limit_s and reason.limit_s // 60,
            "is_paid": reason.is_paid,
        },
    )
    if form.is_valid():
        try:
            breaks.change(reason, form.wanted())
        except InputError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The break is changed.")
            return redirect("accounts:break_reasons")
    context = {"reason": reason, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/break_edit.html", context, status=status)


@requires("accounts.change_breakreason")
@require_POST
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    """Offers a break, or no longer."""
    active = request.POST.get("active") == "1"
    reason = breaks.offer(_reason(request, pk), active=active)
    said = "is offered again" if active else "is not offered any more"
    messages.success(request, f"The break “{reason.label}” {said}.")
    return redirect("accounts:break_reasons")


@requires("accounts.change_breakreason")
@require_POST
def up(request: HttpRequest, pk: int) -> HttpResponse:
    """One place up in the menu."""
    breaks.raise_in_menu(_reason(request, pk))
    return redirect("accounts:break_reasons")


def _reason(request: HttpRequest, pk: int) -> BreakReason:
    return get_object_or_404(BreakReason.objects.for_user(request.user), pk=pk)
