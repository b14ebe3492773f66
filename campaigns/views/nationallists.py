"""The page of national lists: how old each copy is, and a newer one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.authentication import person
from campaigns import nationallists
from campaigns.forms import add_refusal
from campaigns.models import NationalList
from campaigns.suppressionforms import NationalListForm
from campaigns.views.suppression import house
from core.errors import InputError
from core.web import requires


@requires("campaigns.view_suppressionentry")
@require_http_methods(["GET"])
def listing(request: HttpRequest) -> HttpResponse:
    """The lists and their age."""
    return _page(request, NationalListForm())


@requires("campaigns.add_suppressionentry")
@require_http_methods(["POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """A file that is the whole list from now on."""
    user = person(request)
    form = NationalListForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            copied = nationallists.copy(
                given["file"],
                house(user),
                given["code"],
                as_of=given["as_of"],
                name=given["name"],
                by=user,
                now=timezone.now(),
            )
        except InputError as error:
            add_refusal(form, error)
        else:
            said = f"{copied.row.name} holds {copied.numbers:,} numbers now."
            if copied.invalid:
                said += f" {copied.invalid:,} rows held none."
            messages.success(request, said)
            return redirect("campaigns:national_lists")
    return _page(request, form, status=422)


@requires("campaigns.delete_suppressionentry")
@require_http_methods(["POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Forgets a list."""
    row = get_object_or_404(NationalList.objects.for_user(request.user), pk=pk)
    nationallists.drop(row, by=person(request))
    messages.success(request, f"{row.name} is no longer looked at.")
    return redirect("campaigns:national_lists")


def _page(request: HttpRequest, form: NationalListForm, *, status: int = 200) -> HttpResponse:
    rows = NationalList.objects.for_user(request.user).select_related("organization")
    today = timezone.localdate()
    lists = [
        {"row": row, "days": (today - row.as_of).days if row.as_of else None}
        for row in rows.order_by("code", "pk")
    ]
    context = {"lists": lists, "form": form, "known": nationallists.KNOWN}
    return render(request, "campaigns/national_lists.html", context, status=status)
