"""The page of promised calls: an agent's own and anyone's, a manager's all."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.authentication import person
from accounts.models import User
from campaigns import finding, promises
from campaigns.forms import CallbackFilterForm
from campaigns.models import Callback
from core.errors import InputError
from core.web import asks_for, requires


@requires("campaigns.view_callback")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Promises that stand, the most overdue first."""
    user, now = person(request), timezone.now()
    form = CallbackFilterForm(request.GET)
    form.is_valid()
    whose = form.cleaned_data.get("whose", "")
    page = finding.callbacks(user, whose=whose, after=request.GET.get("after", ""))
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "page": page,
        "query": query.urlencode(),
        "now": now,
        "agents": _agents(user) if user.has_perm("campaigns.change_callback") else [],
        "topics": " ".join(sorted({f"campaign:{row.campaign_id}" for row in page.rows})),
    }
    part = asks_for(request, "callback-rows")
    template = "campaigns/_callback_rows.html" if part else "campaigns/callbacks.html"
    return render(request, template, context)


@requires("campaigns.change_callback")
@require_POST
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Lets somebody else keep it, or anyone."""
    promise, owner = _visible(request, pk), None
    if chosen := request.POST.get("owner", ""):
        agents = User.objects.for_user(request.user).agents()
        owner = agents.filter(pk=int(chosen)).first() if chosen.isdecimal() else None
        if owner is None:
            raise InputError("There is no such agent.", code="unknown_agent")
    promises.give(promise, owner, by=person(request))
    messages.success(request, f"{owner.name if owner else 'Anyone'} keeps this promise now.")
    return redirect("campaigns:callbacks")


@requires("campaigns.change_callback")
@require_POST
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """The promise is not kept."""
    promises.call_off(_visible(request, pk), by=person(request), now=timezone.now())
    messages.success(request, "The callback is called off.")
    return redirect("campaigns:callbacks")


def _visible(request: HttpRequest, pk: int) -> Callback:
    return get_object_or_404(Callback.objects.for_user(request.user), pk=pk)


def _agents(user: User) -> list[User]:
    return list(User.objects.for_user(user).agents().active().order_by("name"))
