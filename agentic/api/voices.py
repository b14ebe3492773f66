"""The API of AI campaigns by their module: made, changed, archived; drafts and versions."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import person
from accounts.models import Organization, User
from agentic import checking, choosing, overview, wording
from agentic.api.runs import named
from agentic.editorforms import CAMPAIGN
from agentic.models import AgenticCampaign
from agentic.voiceserializers import (
    AgenticAnswerSerializer,
    AgenticListSerializer,
    PromptsSerializer,
    PublishSerializer,
    VoiceMakeSerializer,
    VoicePatchSerializer,
    WordingSerializer,
)
from campaigns import editing
from campaigns.models import Campaign
from core.errors import InputError

_READ, _WRITE = ("agentic.view_agenticcampaign",), ("agentic.change_agenticcampaign",)


class Voices(APIView):
    """All AI campaigns."""

    permissions: Any = {"GET": _READ, "POST": _WRITE}

    @extend_schema(operation_id="agentic_campaigns_list", responses=AgenticListSerializer)
    def get(self, request: Request) -> Response:
        """Those that are not archived, newest first; at most 500."""
        rows = overview.visible(request.user).exclude(campaign__status=Campaign.Status.ARCHIVED)
        rows = rows.prefetch_related("campaign__dispositions", "campaign__teams")
        answer = {"campaigns": rows.order_by("-pk")[:500]}
        return Response(AgenticListSerializer(answer).data)

    @extend_schema(request=VoiceMakeSerializer, responses={201: AgenticAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Makes one, as a draft."""
        sent, user = _valid(VoiceMakeSerializer, request), person(request)
        asked = sent.pop("organization_id", None)
        owner = user.organization
        if owner is None and asked is not None:
            owner = Organization.objects.filter(pk=asked).first()
        name, given = sent.pop("name"), _chosen(user, owner, None, sent)
        given.setdefault("trunk", choosing.lines(owner).first())
        made = wording.make(user, name=name, organization=owner, **given)
        return _answer(request, made, status=201)


class Voice(APIView):
    """One AI campaign."""

    permissions: Any = {"GET": _READ, "PATCH": _WRITE, "DELETE": _WRITE}

    @extend_schema(responses=AgenticAnswerSerializer)
    def get(self, request: Request, module: str) -> Response:
        """Its draft and its limits."""
        return _answer(request, named(request, module))

    @extend_schema(request=VoicePatchSerializer, responses=AgenticAnswerSerializer)
    def patch(self, request: Request, module: str) -> Response:
        """Changes what is named; calls go on with what is published."""
        sent, row, user = (
            _valid(VoicePatchSerializer, request),
            named(request, module),
            person(request),
        )
        status = sent.pop("status", None)
        changed = wording.change(user, row, **_chosen(user, row.organization, row.campaign, sent))
        if status:
            editing.set_status(user, row.campaign, status)
        return _answer(request, changed)

    @extend_schema(responses=AgenticAnswerSerializer)
    def delete(self, request: Request, module: str) -> Response:
        """Archives it: nothing that was said or published is deleted."""
        row = named(request, module)
        editing.set_status(person(request), row.campaign, Campaign.Status.ARCHIVED)
        return _answer(request, row)


class Prompts(APIView):
    """The wording of an AI campaign."""

    permissions: Any = {"GET": _READ, "PUT": _WRITE}

    @extend_schema(responses=PromptsSerializer)
    def get(self, request: Request, module: str) -> Response:
        """Its draft and all that was published."""
        return _prompts(request, module)

    @extend_schema(request=WordingSerializer, responses=PromptsSerializer)
    def put(self, request: Request, module: str) -> Response:
        """Changes the draft."""
        sent = _valid(WordingSerializer, request)
        wording.change(person(request), named(request, module), **sent)
        return _prompts(request, module)


class Publish(APIView):
    """A next version."""

    permissions = _WRITE

    @extend_schema(request=PublishSerializer, responses={201: PromptsSerializer})
    def post(self, request: Request, module: str) -> Response:
        """Makes the draft the version that calls are made with."""
        note = _valid(PublishSerializer, request)["note"]
        wording.publish(person(request), named(request, module), note)
        return _prompts(request, module, status=201)


class RollBack(APIView):
    """The version before."""

    permissions = _WRITE

    @extend_schema(request=None, responses=PromptsSerializer)
    def post(self, request: Request, module: str) -> Response:
        """Puts it in force again."""
        wording.roll_back(person(request), named(request, module))
        return _prompts(request, module)


def _chosen(
    user: User, owner: Organization | None, campaign: Campaign | None, sent: dict[str, Any]
) -> dict[str, Any]:
    """The fields as the verbs take them. Raises InputError for a name that there is not."""
    given = {**sent}
    own = {field: given.pop(field) for field in (*CAMPAIGN, "name") if field in given}
    if "dispositions" in own:
        codes = _all_of(choosing.results(owner), "code", own["dispositions"], "dispositions")
        own["dispositions"] = choosing.with_those_of_tools(codes, campaign)
    if "teams" in own:
        own["teams"] = _all_of(choosing.teams(user, owner), "name", own["teams"], "teams")
    if given.get("trunk") is not None:
        (given["trunk"],) = _all_of(choosing.lines(owner), "name", [given["trunk"]], "trunk")
    return {**given, "campaign": own}


def _all_of(rows: QuerySet[Any], name: str, asked: Sequence[str], field: str) -> list[Any]:
    known = {getattr(row, name): row for row in rows}
    if unknown := [text for text in asked if text not in known]:
        said = f"There is no “{unknown[0]}”; choose from {', '.join(known) or 'none'}."
        raise InputError("Some fields are not right.", errors={field: [said]})
    return [known[text] for text in dict.fromkeys(asked)]


def _answer(request: Request, row: AgenticCampaign, status: int = 200) -> Response:
    found = overview.visible(request.user).get(pk=row.pk)
    return Response(AgenticAnswerSerializer({"campaign": found}).data, status=status)


def _prompts(request: Request, module: str, status: int = 200) -> Response:
    row = overview.visible(request.user).get(pk=named(request, module).pk)
    answer = {
        "campaign": row,
        "warnings": checking.warnings(row),
        "versions": row.campaign.prompt_versions.order_by("-number"),
    }
    context = {"published": row.published_id}
    return Response(PromptsSerializer(answer, context=context).data, status=status)


def _valid(kind: type[Any], request: Request) -> dict[str, Any]:
    sent = kind(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)
