"""Pages of lines that voices dial on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from agentic import trunks
from agentic.editorforms import TrunkForm
from agentic.models import Trunk
from campaigns.forms import add_refusal
from core.errors import InputError
from core.web import requires


@requires("agentic.view_agenticcampaign")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """The lines, those put aside last."""
    return render(request, "agentic/trunks.html", {"rows": trunks.listed(request.user)})


@requires("agentic.change_agenticcampaign")
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """A new line."""
    return _edit(request, None)


@requires("agentic.change_agenticcampaign")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """A line's limits."""
    return _edit(request, _visible(request, pk))


@requires("agentic.change_agenticcampaign")
@require_POST
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts a line aside, or takes it back."""
    row = _visible(request, pk)
    if row.is_active:
        trunks.archive(person(request), row)
        messages.success(request, f"{row.name} is put aside.")
    else:
        trunks.change(person(request), row, is_active=True)
        messages.success(request, f"{row.name} is there again.")
    return redirect("agentic:trunks")


def _edit(request: HttpRequest, row: Trunk | None) -> HttpResponse:
    form = TrunkForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            if row is None:
                trunks.add(person(request), **form.cleaned_data)
            else:
                trunks.change(person(request), row, **form.cleaned_data)
        except InputError as error:
            add_refusal(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("agentic:trunks")
    code = 422 if request.method == "POST" else 200
    return render(request, "agentic/trunk.html", {"form": form, "trunk": row}, status=code)


def _visible(request: HttpRequest, pk: int) -> Trunk:
    return get_object_or_404(Trunk.objects.for_user(request.user), pk=pk)
