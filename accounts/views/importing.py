"""The page where people come from a file."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import importing
from accounts.authentication import person
from accounts.importforms import ImportForm
from core.web import requires


@requires("accounts.add_user", "accounts.change_user", "accounts.change_sipaccount")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Takes a posted file, and tells what became of each row."""
    user = person(request)
    if request.method == "POST":
        form = ImportForm(user, request.POST, request.FILES)
    else:
        form = ImportForm(user)
    taken = None
    if form.is_valid():
        rows, invite = form.cleaned_data["file"], form.cleaned_data["invite"]
        taken = list(importing.take(rows, form.owner(), invite=invite, by=user))
    counts = {
        became: sum(row.became == became for row in taken or ())
        for became in ("added", "changed", "kept", "refused")
    }
    context = {"form": form, "taken": taken, "counts": counts}
    status = 422 if form.errors else 200
    return render(request, "accounts/people_import.html", context, status=status)
