"""What a supervisor does to an agent's seat, in and out of calls."""

from collections.abc import Callable

import pytest
import time_machine

from accounts import breaks, presence, supervision
from accounts.models import AgentSession, LoginSession, User
from calls.models import Call
from campaigns.models import Campaign, Lead
from core.errors import DomainError
from core.models import AuditEntry, Event
from tests.calls.phones import Shift, waiting
from tests.clients import browser

type Person = Callable[..., User]


@pytest.fixture
def boss(person: Person, agent: User) -> User:
    """The manager of the agent's team."""
    boss = person("manager")
    agent.teams.get().managers.add(boss)
    return boss


def talking(shift: Shift, clock: time_machine.Traveller) -> Call:
    """The next call, answered."""
    call = shift.next()
    shift.dial(call)
    shift.report(call, "ringing")
    clock.shift(5)
    shift.report(call, "answered")
    clock.shift(30)
    return call


def test_a_forced_logout_ends_the_call_then_the_shift_then_the_logins(
    shift: Shift, campaign: Campaign, boss: User, clock: time_machine.Traveller
) -> None:
    lead = waiting(campaign)[0]
    call = talking(shift, clock)

    page = browser(boss)
    page.post(f"/presence/{shift.agent.pk}/move/", {"to": "logout", "because": "Fire drill"})

    call.refresh_from_db()
    assert (call.status, call.outcome, call.talk_ms) == ("wrapped_up", "answered", 30_000)
    assert call.end_reason == "supervisor"
    assert (shift.seat.state, shift.seat.call, shift.seat.session) == ("offline", None, None)
    assert AgentSession.objects.get(user=shift.agent).ended_because == "supervisor"
    assert not LoginSession.objects.filter(user=shift.agent, revoked_at=None).exists()
    assert shift.client.get("/api/presence/me").status_code == 401
    assert Lead.objects.get(pk=lead.pk).status != "claimed"
    entry = AuditEntry.objects.get(action="seat.moved_by_supervisor")
    assert entry.actor_id == boss.pk
    assert entry.after == {"to": "logout", "because": "Fire drill"}
    again = browser(shift.agent).get("/api/presence/me").json()
    assert again["moved"] == f"{boss.name}: Fire drill"


def test_a_forced_logout_gives_an_undialed_lead_back(
    shift: Shift, campaign: Campaign, boss: User
) -> None:
    lead = waiting(campaign)[0]
    shift.next()

    supervision.force_logout(boss, shift.agent, "Shift is over")

    assert shift.seat.session is None
    assert Lead.objects.get(pk=lead.pk).status in ("new", "queued", "retry")


def test_a_break_by_a_supervisor_waits_for_the_end_of_the_call_and_is_explained(
    shift: Shift, campaign: Campaign, boss: User, clock: time_machine.Traveller
) -> None:
    waiting(campaign)
    reason = next(r for r in breaks.ensure(campaign.organization) if r.code == "meeting")
    call = talking(shift, clock)

    form = {"to": "break", "reason": reason.code, "because": "Team meeting"}
    browser(boss).post(f"/presence/{shift.agent.pk}/move/", form)
    during = shift.seat.state
    shift.report(call, "ended", by="remote")
    shift.post(f"/{call.public_id}/disposition", {"disposition": ""})
    clock.shift(120)

    assert (during, shift.seat.state) == ("on_call", "break")
    assert shift.client.get("/api/presence/me").json()["moved"] == f"{boss.name}: Team meeting"
    assert Event.objects.filter(kind="presence.moved").count() == 1


def test_an_agents_own_wish_ends_the_note(shift: Shift, campaign: Campaign, boss: User) -> None:
    reason = breaks.ensure(campaign.organization)[0]

    supervision.force_break(boss, shift.agent, reason, "Cool down")
    told = shift.client.get("/api/presence/me").json()
    supervision.force_ready(boss, shift.agent, "Back to work")
    shift.ready()

    assert (told["state"], told["moved"]) == ("break", f"{boss.name}: Cool down")
    assert shift.client.get("/api/presence/me").json()["moved"] is None


def test_nobody_is_moved_without_a_reason_or_a_shift(
    shift: Shift, boss: User, person: Person
) -> None:
    absent = person("agent")

    with pytest.raises(DomainError, match="Say why"):
        supervision.force_logout(boss, shift.agent, "  ")
    with pytest.raises(DomainError, match="not at work"):
        supervision.force_logout(boss, absent, "Why not")
    answer = browser(boss).post(f"/presence/{absent.pk}/move/", {"to": "ready", "because": "x"})

    assert answer.status_code == 404  # of another team
    assert presence.current(shift.agent).state == "ready"
