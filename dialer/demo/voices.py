"""The demo's voice: a campaign that is ready to be started on the simulator."""

from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from agentic import trunks, wording
from agentic.models import AgenticCampaign, Trunk
from campaigns import consents, editing, sheets
from campaigns.consents import Terms
from campaigns.models import Campaign, ConsentRecord, Lead, LeadSheet
from dialer.demo.cast import Cast
from dialer.demo.prospects import sheet

NAME = "Cloud survey by voice"
LEADS, SEED = 40, 7
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
    if AgenticCampaign.objects.filter(campaign__name=NAME).exists():
        return 0
    line = Trunk.objects.filter(organization=cast.organization).first()
    line = line or trunks.add(cast.manager, name="Demo line", max_calls=10, calls_per_second=2)
    shared = {"teams": cast.campaigns[0].teams.all(), "is_demo": True, "caller_id": "+12125550100"}
    voice = wording.make(
        cast.manager,
        name=NAME,
        module="cloud-survey",
        campaign={**shared, "window_start": "00:00", "window_end": "23:59:59"},
        agent_text=AGENT_TEXT,
        session_text=SESSION_TEXT,
        questions=QUESTIONS,
        trunk=line,
        max_calls=5,
        calls_per_second=1,
        cost_per_minute="0.0900",
    )
    wording.publish(cast.manager, voice, "The first words.")
    made = _list(cast, voice.campaign)
    editing.set_status(cast.manager, voice.campaign, Campaign.Status.RUNNING)
    return made


def _list(cast: Cast, campaign: Campaign) -> int:
    file = ContentFile(sheet(LEADS, SEED), name="voice-prospects.csv")
    uploaded = sheets.receive_upload(cast.manager, campaign, file)
    sheets.start_import(cast.manager, uploaded)
    sheets.run_import(uploaded.pk)
    now = timezone.now()
    terms = Terms(
        purpose=campaign.purpose,
        voice=ConsentRecord.Voice.AI,
        kind=ConsentRecord.Kind.WRITTEN,
        source="Demo form",
        granted_at=now - timedelta(days=3),
    )
    for phone in Lead.objects.filter(campaign=campaign).values_list("phone", flat=True):
        consents.grant(cast.organization, phone, terms, by=cast.manager, now=now)
    return LeadSheet.objects.get(pk=uploaded.pk).rows_accepted
