"""Pages of lists: the upload, what the columns hold, the import as it runs, the rejected rows."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.authentication import person
from campaigns import consents, sheets, tasks
from campaigns.forms import LayoutForm, MappingForm, UploadForm, add_refusal
from campaigns.models import LeadSheet
from campaigns.sheetforms import ChoicesForm, TemplateForm
from campaigns.views import visible
from campaigns.views.sheets import visible_sheet
from core import audit, config
from core.errors import DomainError, InputError
from core.web import asks_for, requires


@requires("campaigns.add_leadsheet")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a list; a script's request is sent on by header, or refused in a sentence."""
    campaign, problem, status = visible(request, pk), "", 200
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        try:
            if not form.is_valid():
                raise InputError("Choose a file.", code="empty")
            sheet = sheets.receive_upload(person(request), campaign, form.cleaned_data["file"])
        except DomainError as error:
            if request.headers.get("HX-Request"):
                raise
            problem, status = error.message, error.status
        else:
            return _go_to(request, reverse("campaigns:sheet", args=[sheet.pk]))
    context = {
        "campaign": campaign,
        "problem": problem,
        "text_bytes": config.get("sheets.text_mb") << 20,
        "workbook_bytes": config.get("sheets.workbook_mb") << 20,
    }
    return render(request, "campaigns/upload.html", context, status=status)


@requires("campaigns.add_leadsheet")
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A list: its columns to check before the import, its progress and its counts afterwards."""
    row = visible_sheet(request, pk)
    if row.status == LeadSheet.Status.UPLOADED:
        return _check_columns(request, row)
    if request.method == "POST":  # the way on after a failure
        sheets.start_import(person(request), row)
        tasks.hint(row.pk)
        return redirect("campaigns:sheet", row.pk)
    context = {
        "sheet": row,
        "campaign": row.campaign,
        "rejects": row.rejects.order_by("row")[:50],
        "pace": sheets.pace(row, timezone.now()),
        "leads": row.leads.exists() or consents.came_on(row),
    }
    part = asks_for(request, "sheet-progress")
    return render(request, "campaigns/_progress.html" if part else "campaigns/sheet.html", context)


def _check_columns(request: HttpRequest, row: LeadSheet) -> HttpResponse:
    """The mapping page; a changed layout draws its form anew, a POST starts the import."""
    layout_form = LayoutForm(request.POST if request.method == "POST" else request.GET)
    layout = layout_form.given()
    templates = TemplateForm(row, request.GET)
    preview = sheets.preview(row, layout=layout, template=templates.chosen())
    sent = request.POST if request.method == "POST" else None
    form, choices = MappingForm(preview, sent), ChoicesForm(row, preview.template, sent)
    if sent is not None and form.is_valid() and choices.is_valid():
        try:
            _import(request, row, preview, form, choices, layout)
        except InputError as error:
            add_refusal(choices if set(error.errors) & set(choices.fields) else form, error)
        else:
            return redirect("campaigns:sheet", row.pk)
    context = {
        "sheet": row,
        "campaign": row.campaign,
        "preview": preview,
        "form": form,
        "choices": choices,
        "templates": templates,
        "layout": LayoutForm(initial=preview.layout.as_json()),
        "consent": any(column.field == "consent" for column in preview.columns),
    }
    part = asks_for(request, "sheet-columns")
    template = "campaigns/_columns.html" if part else "campaigns/columns.html"
    status = 422 if form.errors or choices.errors else 200
    return render(request, template, context, status=status)


def _import(
    request: HttpRequest,
    row: LeadSheet,
    preview: sheets.Preview,
    form: MappingForm,
    choices: ChoicesForm,
    layout: dict[str, Any],
) -> None:
    """Makes the import due, and keeps how the list is read where a name for that is given."""
    chosen = choices.given() if "duplicates" in choices.data else None
    mapping, user = form.given(), person(request)
    voices = chosen.consent["voices"] if chosen else []
    if voices and not user.has_perm("campaigns.add_consentrecord"):
        raise InputError("You may not write down consent.")
    begun = sheets.start_import(user, row, mapping, layout=layout, choices=chosen)
    if name := choices.cleaned_data["save_as"]:
        sheets.save_template(user, begun, name, names=preview.names, mapping=mapping)
    tasks.hint(row.pk)


@requires("campaigns.add_leadsheet")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forgets a list of which there are no leads."""
    row = visible_sheet(request, pk)
    sheets.discard(person(request), row)
    messages.success(request, f"{row.name} is deleted.")
    return redirect("campaigns:detail", row.campaign_id)


@requires("campaigns.view_leadsheet")
@require_GET
def rejects(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that became no lead, each with its reason, as CSV."""
    row = visible_sheet(request, pk)
    audit.record("sheet.rejects_exported", row)
    name = slugify(row.name.rpartition(".")[0]) or "sheet"
    return StreamingHttpResponse(
        sheets.as_csv(row),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-rejected.csv"'},
    )


def _go_to(request: HttpRequest, address: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
