"""The page of results that agents choose from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authentication import person
from campaigns import dispositions
from campaigns.forms import DispositionForm, add_refusal
from campaigns.models import Disposition
from core.errors import InputError
from core.web import requires


@requires("campaigns.change_disposition")
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest) -> HttpResponse:
    """All results with their flags; a POST adds one."""
    user, form = person(request), DispositionForm(request.POST or None, prefix="new")
    if request.method == "POST" and user.organization and form.is_valid():
        try:
            dispositions.add(user, user.organization, **form.given())
        except InputError as error:
            add_refusal(form, error)
        else:
            form = DispositionForm(prefix="new")
    found = Disposition.objects.for_user(user).select_related("organization")
    rows = [DispositionForm(instance=row, prefix=str(row.pk)) for row in found]
    context = {"rows": rows, "form": form}
    return render(request, "campaigns/results.html", context, status=422 if form.errors else 200)


@requires("campaigns.change_disposition")
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Changes one result; answers its row."""
    row = get_object_or_404(Disposition.objects.for_user(request.user), pk=pk)
    form = DispositionForm(request.POST, instance=row, prefix=str(pk))
    if form.is_valid():
        try:
            saved = dispositions.change(person(request), row, **form.given())
            form = DispositionForm(instance=saved, prefix=str(pk))
        except InputError as error:
            add_refusal(form, error)
    return render(request, "campaigns/_result_row.html", {"form": form})
