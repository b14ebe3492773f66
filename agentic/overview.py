"""AI campaigns at a glance: what is published, who speaks, what is live, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q

from agentic import checking, wording
from agentic.models import AgenticCampaign, AiCall, Wording
from agentic.providers import Problem, provider
from campaigns import editing
from campaigns.models import Campaign, Lead, LeadSheet

_PAGE: Final = 30
_LEFT: Final = (Lead.Status.NEW, Lead.Status.QUEUED, Lead.Status.RETRY)


@dataclass(frozen=True)
class Standing:
    """An AI campaign with its counts."""

    voice: AgenticCampaign
    live: int
    left: int
    moves: list[tuple[str, str]]

    @property
    def campaign(self) -> Campaign:
        """Its campaign."""
        return self.voice.campaign

    @property
    def has_changes(self) -> bool:
        """Whether the draft says something else than what is published."""
        published = self.voice.published
        return published is not None and wording.differs(self.voice, published)


@dataclass(frozen=True)
class Step:
    """Something a campaign needs before it calls, and where to do it."""

    done: bool
    text: str
    url_name: str
    label: str


def find(
    user: Any, *, search: str = "", status: str = "", after: str = ""
) -> tuple[list[Standing], int | None]:
    """AI campaigns that the user sees, newest first, and after which the next page begins."""
    rows = visible(user).order_by("-pk")
    rows = (
        rows.filter(campaign__status=status)
        if status
        else rows.exclude(campaign__status=Campaign.Status.ARCHIVED)
    )
    if search:
        rows = rows.filter(Q(campaign__name__icontains=search) | Q(module__icontains=search))
    if after.isascii() and after.isdecimal():
        rows = rows.filter(pk__lt=int(after[:18]))
    found = list(rows[: _PAGE + 1])
    return standings(found[:_PAGE]), found[_PAGE - 1].pk if len(found) > _PAGE else None


def visible(user: Any) -> Any:
    """AI campaigns that the user sees, with what pages show of them."""
    rows = AgenticCampaign.objects.for_user(user)
    return rows.select_related("campaign__organization", "published", "trunk")


def standings(rows: Sequence[AgenticCampaign]) -> list[Standing]:
    """The campaigns with their counts, in two queries for all."""
    ids = [row.campaign_id for row in rows]
    live = _counts(AiCall.objects.filter(campaign__in=ids, ended_at=None))
    left = _counts(Lead.objects.filter(campaign__in=ids, status__in=_LEFT))
    return [
        Standing(
            row,
            live.get(row.campaign_id, 0),
            left.get(row.campaign_id, 0),
            editing.moves(row.campaign),
        )
        for row in rows
    ]


def problems(voice: AgenticCampaign) -> list[Problem]:
    """What keeps the campaign's provider from speaking."""
    return provider(voice.provider).problems()


def steps(voice: AgenticCampaign) -> list[Step]:
    """What a campaign needs before it calls, in the order to do it."""
    return [
        Step(
            bool(voice.agent_text.strip() and voice.session_text.strip()),
            "Write who the voice is and how the talk goes.",
            "agentic:edit",
            "Write",
        ),
        _list_step(voice.campaign),
        Step(voice.published is not None, "Publish the wording.", "agentic:versions", "Publish"),
    ]


def _list_step(campaign: Campaign) -> Step:
    imported = LeadSheet.objects.filter(campaign=campaign, status=LeadSheet.Status.DONE)
    if campaign.active_sheet_id is None and imported.exists():
        said = "Make a list active: only its prospects are called."
        return Step(done=False, text=said, url_name="agentic:detail", label="Choose")
    done = imported.filter(pk=campaign.active_sheet_id or 0).exists()
    return Step(done, "Upload a list of prospects.", "campaigns:sheet_upload", "Upload")


def warnings(words: Wording) -> list[str]:
    """What should be looked at twice."""
    return checking.warnings(words)


def _counts(rows: Any) -> dict[int, int]:
    counted = rows.order_by().values("campaign").annotate(rows=Count("pk"))
    return dict(counted.values_list("campaign", "rows"))
