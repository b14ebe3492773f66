"""An agent's shift as tests play it: a browser with a softphone in it, and its clocks."""

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat, User
from calls.models import Call
from campaigns.models import Campaign, Lead
from tests.clients import browser

_STARTED = 5_000.0  # what a page's monotonic clock shows as the test begins


class Shift:
    """An agent at work, who speaks to the server as the softphone does."""

    def __init__(self, agent: User, campaign: Campaign | None = None) -> None:
        self.agent, self.campaign = agent, campaign
        self.client = browser(agent)
        self.page = uuid.uuid4().hex
        self._begun = timezone.now()
        self._seq = 0

    def ready(self) -> "Shift":
        """Offers the agent to the campaign."""
        assert self.campaign is not None
        presence.ready(self.agent, [self.campaign.pk])
        return self

    @property
    def seat(self) -> AgentSeat:
        """The agent's seat as it is now."""
        return AgentSeat.objects.get(user=self.agent)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Posts JSON under `/api/calls`."""
        return self.client.post(
            f"/api/calls{path}", body or {}, content_type="application/json", headers=headers
        )

    def next(self) -> Call:
        """Reserves the next lead."""
        card = self.post("/next").json()["call"]
        return Call.objects.get(public_id=card["id"])

    def dial(self, call: Call) -> Any:
        """Asks for leave to dial."""
        return self.post(f"/{call.public_id}/dial")

    def happened(self, kind: str, *, at: datetime | None = None, **data: Any) -> dict[str, Any]:
        """An event as the page writes it down when it happens (now, unless told)."""
        self._seq += 1
        mono = self.mono(at or timezone.now())
        return {
            "client_id": uuid.uuid4().hex,
            "seq": self._seq,
            "kind": kind,
            "mono_ms": mono,
            "wall_ms": mono + 1_000_000,
            "data": data,
        }

    def send(self, call: Call, events: Iterable[dict[str, Any]] = (), **headers: str) -> Any:
        """Sends events; none is a heartbeat."""
        mono = self.mono(timezone.now())
        body = {
            "page": self.page,
            "sent_mono_ms": mono,
            "sent_wall_ms": mono + 1_000_000,
            "events": list(events),
        }
        return self.post(f"/{call.public_id}/events", body, **headers)

    def report(self, call: Call, kind: str, **data: Any) -> Any:
        """Sends what happens just now."""
        return self.send(call, [self.happened(kind, **data)])

    def mono(self, at: datetime) -> float:
        """The page's monotonic clock at a time."""
        return _STARTED + (at - self._begun).total_seconds() * 1000


def part_headers(data: bytes, token: str = "", **more: str) -> dict[str, str]:
    """The headers of a part's PUT."""
    headers = {
        "X-Checksum": f"sha256={hashlib.sha256(data).hexdigest()}",
        "X-Segment-Start-Ms": "0",
    }
    return headers | ({"X-Call-Token": token} if token else {}) | more


def waiting(campaign: Campaign, count: int = 1) -> list[Lead]:
    """Leads of a campaign that may be dialed now."""
    from tests.factories import LeadFactory

    return [LeadFactory.create(campaign=campaign) for _ in range(count)]


def rung_out(shift: Shift, campaign: Campaign) -> Call:
    """A call of the shift that rang in vain, waiting for its result."""
    waiting(campaign)
    call = shift.next()
    shift.dial(call)
    shift.report(call, "ringing")
    shift.report(call, "failed", by="remote", sip_status=480)
    return call
