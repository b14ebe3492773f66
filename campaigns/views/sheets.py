"""Pages of all lists: find one, download it, stop it, undo it, make it the active one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from campaigns import sheets, tasks
from campaigns.models import LeadSheet, SheetTemplate
from campaigns.sheetforms import SheetFilterForm, UndoForm
from core import audit
from core.errors import InputError
from core.web import asks_for, requires


@requires("campaigns.view_leadsheet")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Lists of all campaigns, newest first; the rows alone when a filter asks."""
    form = SheetFilterForm(request.GET)
    form.is_valid()
    rows, older = sheets.find(
        request.user,
        search=form.cleaned_data.get("q", ""),
        status=form.cleaned_data.get("status", ""),
        after=request.GET.get("after", ""),
    )
    query = request.GET.copy()
    query.pop("after", None)
    templates = SheetTemplate.objects.for_user(request.user).order_by("name")
    context = {
        "form": form,
        "rows": rows,
        "older": older,
        "query": query.urlencode(),
        "templates": templates,
    }
    part = asks_for(request, "sheet-rows")
    template = "campaigns/_sheet_rows.html" if part else "campaigns/sheets.html"
    return render(request, template, context)


@requires("campaigns.view_leadsheet")
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file as it was uploaded."""
    row = visible_sheet(request, pk)
    pieces = sheets.original(row)
    audit.record("sheet.downloaded", row)
    disposition = content_disposition_header(as_attachment=True, filename=row.name)
    return StreamingHttpResponse(
        pieces,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition, "Content-Length": str(row.size)},
    )


@requires("campaigns.add_leadsheet")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stops an import."""
    row = sheets.cancel(person(request), visible_sheet(request, pk))
    messages.success(request, f"The import of {row.name} is canceled.")
    return redirect("campaigns:sheet", row.pk)


@requires("campaigns.add_leadsheet")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undoes an import, once the number of its leads is typed."""
    row = visible_sheet(request, pk)
    form, leads = UndoForm(request.POST or None), row.leads.count()
    if request.method == "POST" and form.is_valid():
        try:
            sheets.start_undo(person(request), row, leads=form.given())
        except InputError as error:
            form.add_error("leads", error.message)
        else:
            tasks.hint(row.pk)
            return redirect("campaigns:sheet", row.pk)
    context = {"sheet": row, "campaign": row.campaign, "form": form, "leads": leads}
    status = 422 if form.errors else 200
    return render(request, "campaigns/sheet_undo.html", context, status=status)


@requires("campaigns.add_leadsheet")
@require_POST
def activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a list the one that its campaign's AI agent calls from."""
    row = visible_sheet(request, pk)
    sheets.activate(person(request), row)
    messages.success(request, f"{row.name} is the active list of {row.campaign.name}.")
    return redirect("campaigns:sheet", row.pk)


@requires("campaigns.add_leadsheet")
@require_POST
def forget_template(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes a template."""
    row = get_object_or_404(SheetTemplate.objects.for_user(request.user), pk=pk)
    sheets.delete_template(person(request), row)
    messages.success(request, f"The template {row.name} is deleted.")
    return redirect("campaigns:sheets")


def visible_sheet(request: HttpRequest, pk: int) -> LeadSheet:
    """A list that the user sees; 404 for another's."""
    rows = LeadSheet.objects.for_user(request.user).select_related("campaign", "created_by")
    return get_object_or_404(rows, pk=pk)
