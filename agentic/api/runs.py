"""The API of runs: what a voice does now, starting it, going on, ending a call, stopping."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from agentic import commands, progress, runs, tasks
from agentic.models import AgenticCampaign, AgenticRun, AiCall
from agentic.runserializers import (
    AutoNextSerializer,
    CountAnswerSerializer,
    EndCallSerializer,
    RunAnswerSerializer,
    RunStatusSerializer,
    StartCallSerializer,
    StartRunSerializer,
    StopRunsSerializer,
)
from core.errors import DomainError, InputError

_CAMPAIGN = OpenApiParameter(
    "campaign", OpenApiTypes.STR, description="Its module or id; else the one with the last run."
)


class _Runs(APIView):
    """For those who let voices call."""

    permissions: Any = ("agentic.run_agenticcampaign",)


class Status(APIView):
    """What a campaign's voice does now."""

    permissions = ("agentic.view_agenticcampaign",)

    @extend_schema(parameters=[_CAMPAIGN], responses=RunStatusSerializer)
    def get(self, request: Request) -> Response:
        """Its run, its newest live call, and who speaks; idle where nothing runs."""
        ref = request.query_params.get("campaign", "")
        limits = named(request, ref) if ref else _latest(request)
        return Response(RunStatusSerializer(_status(request, limits)).data)


class StartRun(_Runs):
    """A run through a list."""

    @extend_schema(request=StartRunSerializer, responses={201: RunAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Begins it: the whole list, or the prospects that are named."""
        sent = _valid(StartRunSerializer, request)
        leads = sent.get("leads", [])
        kind = AgenticRun.Kind.SELECTION if leads else AgenticRun.Kind.LIST
        return _started(request, sent["campaign"], kind, leads)


class StartCall(_Runs):
    """A call to one prospect."""

    @extend_schema(request=StartCallSerializer, responses={201: RunAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Calls it, if the rules allow it now."""
        sent = _valid(StartCallSerializer, request)
        return _started(request, sent["campaign"], AgenticRun.Kind.ONE, [sent["lead"]])


class AutoNext(_Runs):
    """Whether runs go on by themselves."""

    @extend_schema(request=AutoNextSerializer, responses=RunStatusSerializer)
    def post(self, request: Request) -> Response:
        """Switches it, or calls the next prospect of a run that waits for this."""
        sent = _valid(AutoNextSerializer, request)
        limits = named(request, sent["campaign"])
        if "enabled" in sent:
            limits = runs.set_auto_next(person(request), limits.campaign, on=sent["enabled"])
        if sent["next"]:
            run = progress.last_run(limits.campaign)
            if run is None:
                raise DomainError("This campaign has no run.", code="not_running")
            runs.next_call(person(request), run)
        tasks.hint()
        return Response(RunStatusSerializer(_status(request, limits)).data)


class EndCall(_Runs):
    """The end of one call."""

    @extend_schema(request=EndCallSerializer, responses=CountAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Hangs up; a call that is over stays as it is (count 0)."""
        sent = _valid(EndCallSerializer, request)
        ai = _call(request, sent)
        live = ai is not None and ai.ended_at is None
        if ai is not None and live:
            commands.hang_up(person(request), ai)
        return Response({"success": True, "count": int(live)})


class StopAll(_Runs):
    """The end of runs."""

    @extend_schema(request=StopRunsSerializer, responses=CountAnswerSerializer)
    def post(self, request: Request) -> Response:
        """Stops them, and hangs up what goes on unless it may finish; how many were active."""
        sent = _valid(StopRunsSerializer, request)
        rows = AgenticRun.objects.for_user(request.user).filter(status__in=AgenticRun.ACTIVE)
        if ref := sent.get("campaign"):
            rows = rows.filter(campaign=named(request, ref).campaign_id)
        count = runs.stop_all(person(request), list(rows), at_once=sent["at_once"])
        return Response({"success": True, "count": count})


def named(request: Request, ref: str) -> AgenticCampaign:
    """The campaign of this module or id, if the request's user sees it; else it does not exist.

    Raises DomainError "which_campaign" where several organizations, all seen, have such a module.
    """
    rows = AgenticCampaign.objects.for_user(request.user).select_related("campaign")
    is_id = ref.isascii() and ref.isdecimal()
    found = list(rows.filter(campaign=int(ref[:18])) if is_id else rows.filter(module=ref)[:2])
    if not found:
        raise Http404
    if len(found) > 1:
        said = "Several organizations have a campaign of this module: name it by its id."
        raise DomainError(said, code="which_campaign")
    return found[0]


def _latest(request: Request) -> AgenticCampaign | None:
    last = AgenticRun.objects.for_user(request.user).order_by("-started_at", "-pk").first()
    if last is None:
        return None
    return AgenticCampaign.objects.select_related("campaign").get(campaign=last.campaign_id)


def _status(request: Request, limits: AgenticCampaign | None) -> dict[str, Any]:
    if limits is None:
        nothing = {"lead": None, "provider": None, "run": None, "auto_next": False}
        return {"status": "idle", "running": False, "campaign": "", "campaign_label": "", **nothing}
    run = progress.last_run(limits.campaign)
    active = run is not None and run.status in AgenticRun.ACTIVE
    return {
        "status": run.status if run and active else "idle",
        "running": active,
        "campaign": limits.module,
        "campaign_label": limits.campaign.name,
        "auto_next": limits.auto_next,
        "lead": progress.live_calls(request.user, limits).first(),
        "provider": limits,
        "run": run,
    }


def _started(request: Request, campaign: str, kind: str, leads: list[int]) -> Response:
    limits = named(request, campaign)
    run = runs.start(person(request), limits.campaign, kind=kind, leads=leads)
    tasks.hint()
    return Response(RunAnswerSerializer({"run": run}).data, status=201)


def _call(request: Request, sent: dict[str, Any]) -> AiCall | None:
    """The call that is meant; None where the named campaign has none."""
    if ref := sent.get("call"):
        return _by_id(request, ref)
    if not sent.get("campaign"):
        said = "Name the call, or its campaign."
        raise InputError(said, errors={"call": [said]})
    found = list(progress.live_calls(request.user, named(request, sent["campaign"]))[:2])
    if len(found) > 1:
        raise DomainError("Several calls go on: name one of them.", code="which_call")
    return found[0] if found else None


def _by_id(request: Request, ref: UUID) -> AiCall:
    rows = AiCall.objects.for_user(request.user).select_related("call")
    found = rows.filter(Q(public_id=ref) | Q(call__public_id=ref)).first()
    if found is None:
        raise Http404
    return found


def _valid(kind: type[Any], request: Request) -> dict[str, Any]:
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)
