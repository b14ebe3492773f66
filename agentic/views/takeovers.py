"""A voice's call at an agent's desktop: it rings, is taken, and gets its result."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.authentication import person
from agentic import commands, doors, handover
from agentic.models import AiCall, HandOver
from agentic.views.calls import talk
from calls import lifecycle, results
from calls.models import Call
from core.errors import DomainError, InputError
from core.web import asks_for, requires


@requires("calls.add_call")
@require_GET
def offer(request: HttpRequest) -> HttpResponse:
    """The call that the person is being asked to take over, with what was said; else the one that
    they took over and have not finished."""
    found = handover.offered_to(request.user)
    lines = list(found.ai_call.call.transcript.order_by("-seq")[:4]) if found else []
    taken = None if found else handover.taken_by(request.user)
    context = {"offer": found, "lines": lines[::-1], "taken": taken}
    return render(request, "agentic/_offer.html", context)


@requires("calls.add_call")
@require_POST
def accept(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Takes the call over and shows it."""
    call = handover.accept(person(request), _offer(request, ref))
    return redirect("agentic:taken", call.public_id)


@requires("calls.add_call")
@require_POST
def decline(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Lets somebody else be asked."""
    handover.decline(person(request), _offer(request, ref))
    return render(request, "agentic/_offer.html", {"offer": None})


@requires("calls.add_call")
@require_GET
def taken(request: HttpRequest, ref: UUID) -> HttpResponse:
    """The call that was taken over: who it is, what was said, and its result when it is over."""
    ai = _found(_theirs(request) | _missed(request), ref)
    context = talk(ai) | {
        "results": results.choices(ai.call).order_by("order"),
        "door": _is_theirs(ai, request) and ai.ended_at is None and doors.has_one(ai),
        "missed": not _is_theirs(ai, request)
        and AiCall.objects.filter(_missed(request), pk=ai.pk).exists(),
    }
    part = asks_for(request, "talk")
    return render(request, "agentic/_taken.html" if part else "agentic/taken.html", context)


@requires("calls.add_call")
@require_POST
def hang_up(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Ends the call that was taken over."""
    ai = _own(request, ref)
    commands.hang_up(person(request), ai)
    return redirect("agentic:taken", ref)


@requires("calls.add_call")
@require_POST
def give_back(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Leaves the call to the voice, which goes on."""
    handover.give_back(person(request), _own(request, ref))
    messages.info(request, "The voice goes on with the call.")
    return redirect("calls:dial")


@requires("calls.add_call")
@require_POST
def result(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Writes the result down, and ends the wrap-up."""
    ai = _own(request, ref)
    code = request.POST.get("disposition", "")
    if ai.call.agent_id != person(request).pk:
        raise DomainError("Whoever took the call over writes its result.", code="not_yours")
    if not code:
        raise InputError("Choose a result.", errors={"disposition": ["Choose one."]})
    lifecycle.wrap_up(ai.call, disposition=code, note=request.POST.get("note", ""))
    return redirect("calls:dial")


def _offer(request: HttpRequest, ref: UUID) -> HandOver:
    return get_object_or_404(HandOver.objects.for_user(request.user), public_id=ref)


def _own(request: HttpRequest, ref: UUID) -> AiCall:
    """A call that is the person's, or will be once they have joined it."""
    return _found(_theirs(request), ref)


def _theirs(request: HttpRequest) -> Q:
    return Q(call__in=Call.objects.for_user(request.user)) | Q(taken_over_by=request.user.pk)


def _missed(request: HttpRequest) -> Q:
    """Calls that the person accepted and did not join, or that ended before they did."""
    states = (HandOver.State.MISSED, HandOver.State.WITHDRAWN)
    offers = HandOver.objects.filter(agent=request.user.pk, state__in=states)
    return Q(pk__in=offers.values("ai_call"))


def _found(which: Q, ref: UUID) -> AiCall:
    rows = AiCall.objects.filter(which).select_related(
        "call__disposition", "call__recording", "lead", "campaign", "run", "version", "disposition"
    )
    return get_object_or_404(rows, call__public_id=ref)


def _is_theirs(ai: AiCall, request: HttpRequest) -> bool:
    return ai.taken_over_by_id == request.user.pk
