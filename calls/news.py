"""The news of a call: what the server did is put on its record, and told to whoever watches."""

import uuid
from datetime import datetime
from typing import Any

from accounts.models import Team
from calls.models import Call, CallEvent
from core import realtime, statements


def tell(call: Call, kind: str, now: datetime, **data: Any) -> None:
    """Writes the server's own event on the call's record and announces it."""
    note(call, kind, now, **data)
    announce(call, "corrected" if kind == "correction" else kind, now)


def note(call: Call, kind: str, now: datetime, **data: Any) -> None:
    """Writes the server's own event on the call's record."""
    statements.insert(
        CallEvent(
            call=call,
            source="server",
            client_id=uuid.uuid4().hex,
            kind=kind,
            at=now,
            received_at=now,
            data=data,
        )
    )


def announce(call: Call, kind: str, now: datetime) -> None:
    """Tells the watchers of a call that it has changed; they fetch what they may see."""
    realtime.record(
        f"call.{kind}",
        organization=call.organization_id,
        topics=topics(call),
        subject={
            "call": str(call.public_id),
            "agent": call.agent_id,
            "team": call.team_id,
            "campaign": call.campaign_id,
        },
        data={"status": call.status, "outcome": call.outcome, "direction": call.direction},
        category="calls",
        actor=call.agent_id,
        at=now,
    )


def topics(call: Call) -> list[str]:
    """The topics under which a call's news go out."""
    found = [f"org:{call.organization_id}:calls", f"call:{call.public_id}"]
    if call.agent_id:
        found.append(f"agent:{call.agent_id}")
    if call.team_id:
        found.append(f"team:{call.team_id}:calls")
    if call.campaign_id:
        found.append(f"campaign:{call.campaign_id}")
    return found


def may_watch_call(user: Any, topic: str) -> bool:
    """Whether the user sees the call of `call:<uuid>`."""
    try:
        ref = uuid.UUID(topic.partition(":")[2])
    except ValueError:
        return False
    if not user.has_perm("calls.view_call"):
        return False
    return Call.objects.for_user(user).filter(public_id=ref).exists()


def may_watch_organization(user: Any, topic: str) -> bool:
    """Whether the user follows all calls of `org:<id>:calls`: hints of it hold ids alone."""
    if not user.has_perm("calls.view_live_calls"):
        return False
    return bool(user.is_superadmin) or _number(topic) == user.organization_id


def may_watch_team(user: Any, topic: str) -> bool:
    """Whether the user sees the team's calls of `team:<id>:calls`."""
    if not user.has_perm("calls.view_live_calls"):
        return False
    managed = Team.objects.filter(pk=_number(topic), managers=user)
    return bool(user.is_superadmin) or managed.exists()


def _number(topic: str) -> int:
    """The id in a topic; 0, which nobody has, where there is none."""
    word = topic.split(":")[1] if ":" in topic else ""
    return int(word) if word.isdecimal() and len(word) < 19 else 0
