"""The demo's voice: a campaign for the simulator, and its first calls."""

import random
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from agentic import launching, outcomes, runs, trunks, wording
from agentic.models import AgenticRun, AiCall, Trunk
from agentic.providers.simulator import recording
from agentic.providers.simulator.hands import Tools
from agentic.providers.simulator.player import Player
from campaigns import consentlists, editing, sheets
from campaigns.consents import Terms
from campaigns.models import Campaign, ConsentRecord, Lead, LeadSheet
from dialer.demo.cast import Cast
from dialer.demo.prospects import VOICE_PLACES, table

NAME = "Cloud survey by voice"
LEADS, SEED = 40, 7
# The ends of their numbers choose who picks up: interested, no time, no more calls, a mailbox, a
# telephone menu, another day; nobody knows who does at the last ones.
CALLED = (101, 102, 104, 105, 107, 109, 151, 155)
RECORDED = 3  # synthesizing takes a moment each
# Results of calls in which nobody spoke to a person: a voice needs no such word.
NOT_SPOKEN = ("vm-rpc", "vm-operator", "not-answered", "busy", "call-failed", "disconnected")
AGENT_TEXT = """You are Ada, who calls for Northwind. You are friendly, brief and never push.
You know that Northwind helps companies to protect their cloud accounts. You do not know prices: \
a colleague does."""
SESSION_TEXT = """Greet {{ name | "the person who answers" }} of {{ company | "the company" }}, \
and ask whether it is a good moment.

If it is, ask the questions one by one. If they want to know more, offer a colleague.
If it is not, ask when to call again. Thank them, and say goodbye."""
QUESTIONS = [
    {"key": "owner", "text": "Who looks after cloud security at your company?", "kind": "text"},
    {
        "key": "change",
        "text": "Is a change planned in the next six months?",
        "kind": "yes_no",
        "required": True,
    },
    {
        "key": "size",
        "text": "How many people use the cloud accounts?",
        "kind": "choice",
        "choices": ["Up to 50", "50 to 500", "More than 500"],
    },
]


def load(cast: Cast) -> int:
    """Makes the campaign with its list where it is missing; returns how many leads were made.

    The people of the list have consented in writing to be called by an artificial voice.
    """
    if _made(cast) is not None:
        return 0
    line = Trunk.objects.filter(organization=cast.organization).first()
    line = line or trunks.add(cast.manager, name="Demo line", max_calls=10, calls_per_second=10)
    before = cast.campaigns[0]
    shared: dict[str, Any] = {
        "teams": before.teams.all(),
        "dispositions": before.dispositions.exclude(code__in=NOT_SPOKEN),
        "is_demo": True,
        "caller_id": before.caller_id,
    }
    voice = wording.make(
        cast.manager,
        name=NAME,
        module="cloud-survey",
        campaign={**shared, "window_start": "00:00", "window_end": "23:59:59"},
        agent_text=AGENT_TEXT,
        session_text=SESSION_TEXT,
        questions=QUESTIONS,
        trunk=line,
        max_calls=len(CALLED),
        calls_per_second=10,
        cost_per_minute="0.0900",
    )
    wording.publish(cast.manager, voice, "The first words.")
    made = _list(cast, voice.campaign)
    editing.set_status(cast.manager, voice.campaign, Campaign.Status.RUNNING)
    return made


def call(cast: Cast) -> int:
    """Lets the voice call the first of its list, in no time; none if it has called before.

    Returns how many calls there were: none at an hour at which nobody may be called.
    """
    campaign = _made(cast)
    if campaign is None or AgenticRun.objects.filter(campaign=campaign).exists():
        return 0
    first = Lead.objects.filter(campaign=campaign).order_by("rank", "pk")
    leads = list(first.values_list("pk", flat=True)[: len(CALLED)])
    run = runs.start(cast.manager, campaign, kind="selection", leads=leads, seed=SEED)
    for pk in launching.launch_due(timezone.now()):
        launching.launch(pk)
    calls = AiCall.objects.filter(run=run).order_by("pk")
    player, due = Player(Tools()), timezone.now()
    for pk in calls.values_list("pk", flat=True):
        player.begin(pk, timezone.now())
    while (after := player.step(due)) is not None:
        due = after
    _finish(run, due)
    return calls.count()


def _finish(run: AgenticRun, at: datetime) -> None:
    """The calls are read, some are to be heard, and the run is through."""
    calls = AiCall.objects.filter(run=run).order_by("pk")
    for pk in calls.values_list("pk", flat=True):
        outcomes.read(pk, at)
    spoken = recording.due(timezone.now()).filter(run=run).order_by("pk")
    for ai in spoken[:RECORDED]:
        recording.record(ai)
    launching.launch_due(at)


def _made(cast: Cast) -> Campaign | None:
    return Campaign.objects.filter(organization=cast.organization, name=NAME).first()


def _list(cast: Cast, campaign: Campaign) -> int:
    chance = random.Random(SEED)  # noqa: S311 - made-up people, no secret
    places = [code for code, _ in VOICE_PLACES]
    strangers = [f"+1{code}5550{end}" for code in places for end in range(110, 150)]
    chance.shuffle(strangers)
    known = [f"+1{code}5550{end}" for code in places for end in CALLED]
    content = table([*known, *strangers][:LEADS], chance)
    now = timezone.now()
    terms = Terms(
        purpose=campaign.purpose,
        voice=ConsentRecord.Voice.AI,
        kind=ConsentRecord.Kind.WRITTEN,
        source="Demo form",
        granted_at=now - timedelta(days=3),
    )
    consented = ContentFile(content, name="consent.csv")
    consentlists.receive(consented, cast.organization, terms, region="US", by=cast.manager, now=now)
    file = ContentFile(content, name="voice-prospects.csv")
    uploaded = sheets.receive_upload(cast.manager, campaign, file)
    sheets.start_import(cast.manager, uploaded)
    sheets.run_import(uploaded.pk)
    return LeadSheet.objects.get(pk=uploaded.pk).rows_accepted
