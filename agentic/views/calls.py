"""Pages of a voice's call: what is said, what it does, and a word to it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.authentication import person
from agentic import commands, handover, reports
from agentic.forms import SayForm
from agentic.models import AiCall
from core.errors import InputError
from core.web import asks_for, requires


@requires("agentic.view_aicall")
@require_GET
def detail(request: HttpRequest, ref: UUID) -> HttpResponse:
    """One call, as it goes on; its moving parts alone when something changed."""
    ai = _visible(request, ref)
    part = asks_for(request, "talk")
    return render(request, "agentic/_talk.html" if part else "agentic/call.html", talk(ai))


@requires("agentic.change_aicall")
@require_POST
def say(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Tells the voice something that the called does not hear."""
    ai, form = _visible(request, ref), SayForm(request.POST)
    if not form.is_valid():
        raise InputError("Write what the voice should know.", errors=dict(form.errors))
    commands.say(person(request), ai, form.cleaned_data["text"])
    messages.success(request, "The voice is told.")
    return redirect("agentic:call", ai.public_id)


@requires("agentic.change_aicall")
@require_POST
def hang_up(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Ends the call."""
    ai = _visible(request, ref)
    if commands.hang_up(person(request), ai):
        messages.success(request, "The call is being ended.")
    else:
        messages.info(request, "This call is over already.")
    return redirect("agentic:call", ai.public_id)


@requires("agentic.change_aicall")
@require_POST
def ask_colleague(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Asks whoever is ready to take the call over."""
    ai = _visible(request, ref)
    offer = handover.ask(person(request), ai)
    messages.success(request, f"{offer.agent.name} is being asked.")
    return redirect("agentic:call", ai.public_id)


def talk(ai: AiCall) -> dict[str, Any]:
    """What a page shows of a call."""
    return {
        "ai": ai,
        "call": ai.call,
        "state": reports.state_of(ai),
        "lines": ai.call.transcript.all(),
        "uses": ai.tool_uses.order_by("pk"),
        "answers": ai.answers.order_by("pk"),
        "offers": ai.hand_overs.select_related("agent").order_by("pk"),
        "recording": getattr(ai.call, "recording", None),
    }


def _visible(request: HttpRequest, ref: UUID) -> AiCall:
    rows = AiCall.objects.for_user(request.user).select_related(
        "call__disposition", "call__recording", "lead", "campaign", "run", "version", "disposition"
    )
    return get_object_or_404(rows, public_id=ref)
