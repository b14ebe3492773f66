"""Who picks up a simulated call, and what its voice was told: read once, when it is dialed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from agentic import leadfacts, placeholders
from agentic.models import AiCall
from agentic.providers.simulator import fate
from agentic.providers.simulator.scene import Result, Scene
from calls import results
from campaigns import windows

# A voice always has these, whatever is switched on.
_ALWAYS = frozenset({"mark_do_not_call", "detected_voicemail", "end_call"})


def scene(pk: int, ring_s: int, now: datetime) -> Scene:
    """The facts of a call that is about to be dialed, and its lots."""
    rows = AiCall.objects.select_related("run", "version", "lead", "call", "campaign__agentic")
    ai = rows.get(pk=pk)
    version, lead = ai.version, ai.lead
    lots = fate.chance(ai.run.seed, ai.call.number, lead.attempts)
    zones, known = windows.zones_of(lead), leadfacts.about(lead)
    return Scene(
        lots=lots,
        fate=fate.of(ai.call.number, lots),
        name=lead.name,
        email=lead.email,
        topic=ai.campaign.name,
        disclosure=placeholders.fill(version.disclosure, known),
        ring_s=ring_s,
        patience_s=ai.campaign.agentic.hand_over_wait_s,
        local_now=now.astimezone(ZoneInfo(zones[0] if zones else "UTC")),
        questions=[
            {**row, "text": placeholders.fill(str(row.get("text", "")), known)}
            for row in version.questions
        ],
        tools=_ALWAYS | frozenset(version.tools),
        results=[
            Result(row.code, row.success, row.finished, row.contact)
            for row in results.choices(ai.call)
            if not (row.callback or row.do_not_call)
        ],
        voicemail=version.voicemail,
        voicemail_text=placeholders.fill(version.voicemail_text, known),
    )
