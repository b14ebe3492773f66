"""The page that says whether a real voice could speak."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.authentication import person
from agentic import readiness
from core.web import requires


@requires("agentic.view_agenticcampaign")
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Which settings are missing; nobody is asked."""
    return render(request, "agentic/voice.html", {"found": readiness.missing()})


@requires("agentic.change_agenticcampaign")
@require_POST
def examine(request: HttpRequest) -> HttpResponse:
    """Asks LiveKit, the lines and Gemini now."""
    found = readiness.examine(person(request))
    return render(request, "agentic/voice.html", {"found": found, "examined": True})
