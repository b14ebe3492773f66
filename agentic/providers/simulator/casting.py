"""Who picks up a simulated call, and what its voice was told: read once, when it is dialed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agentic import leadfacts, placeholders, prompting
from agentic.models import AgenticCampaign, AiCall
from agentic.providers.simulator import fate
from agentic.providers.simulator.scene import Result, Scene
from calls import results as named
from campaigns import windows
from core import statements

# A voice always has these, whatever is switched on.
_ALWAYS = frozenset({"mark_do_not_call", "detected_voicemail", "end_call"})
_KNOWN = ("run", "version", "lead", "call", "campaign")
_REMEMBERED = timedelta(seconds=5)


class Houses:
    """What the calls of a campaign share: many begin at a time, so it is kept for a moment."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[datetime, int, int, list[Result]]] = {}

    def of(
        self, campaign_id: int, organization_id: int, now: datetime
    ) -> tuple[int, int, list[Result]]:
        """For how many seconds its people are waited for, and silence is borne; what its voice
        may name.
        """
        known = self._known.get(campaign_id)
        if known is None or now - known[0] > _REMEMBERED:
            rows = AgenticCampaign.objects.filter(campaign=campaign_id)
            results = [
                Result(row.code, row.success, row.finished, row.contact)
                for row in named.of_campaign(organization_id, campaign_id)
                if not (row.callback or row.do_not_call)
            ]
            known = (now, *rows.values_list("hand_over_wait_s", "silence_s").get(), results)
            self._known[campaign_id] = known
        return known[1:]


def scene(pk: int, ring_s: int, now: datetime, houses: Houses) -> Scene:
    """The facts of a call that is about to be dialed, and its lots."""
    ai = statements.get(AiCall, pk, *_KNOWN, defer=("instructions",))
    version, lead = ai.version, ai.lead
    patience_s, silence_s, results = houses.of(ai.campaign_id, ai.organization_id, now)
    lots = fate.chance(ai.run.seed, ai.call.number, lead.attempts)
    zones, known = windows.zones_of(lead), leadfacts.about(lead)
    return Scene(
        lots=lots,
        fate=fate.of(ai.call.number, lots),
        name=lead.name,
        email=lead.email,
        topic=ai.campaign.name,
        disclosure=prompting.opening(version.disclosure, known),
        ring_s=ring_s,
        patience_s=patience_s,
        silence_s=silence_s,
        local_now=now.astimezone(ZoneInfo(zones[0] if zones else "UTC")),
        questions=[
            {**row, "text": placeholders.fill(str(row.get("text", "")), known)}
            for row in version.questions
        ],
        tools=_ALWAYS | frozenset(version.tools),
        results=results,
        voicemail=version.voicemail,
        voicemail_text=placeholders.fill(version.voicemail_text, known),
    )
