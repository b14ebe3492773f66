"""A voice's call goes to a person: somebody who is ready is asked and joins, and the voice leaves.

The only module that writes `HandOver`. Locks: the AI call, then the agent's seat, then the call.
Where calls have a door (`agentic.doors`), the call is the person's once they are in its room; one
who accepts and does not come loses it again, and the voice goes on.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat, User
from agentic import doors
from agentic.models import AiCall, AiCommand, HandOver
from calls import handing
from calls.models import Call
from core import audit, realtime
from core.errors import DomainError
from core.retry import retried

_S = HandOver.State
# So long somebody who accepted has to come in by the door.
JOIN_WITHIN: Final = timedelta(seconds=30)
_NOBODY: Final = "Nobody is free to take over right now. Say so, and offer another call."
_NOBODY_READY: Final = (
    "Nobody can take this call over now: none of the campaign's people is ready. They are ready"
    " once they have chosen the campaign on their Dial page."
)
_INTRODUCE: Final = (
    "A colleague has joined the call. Introduce them in one sentence, say goodbye, and be silent."
)


def request(ai: AiCall, because: str, now: datetime, *, but: Collection[int] = ()) -> HandOver:
    """Asks whoever has been ready longest; the AI call is locked by the caller.

    Raises DomainError "not_talking" where there is nobody to hand over, "nobody_free", and
    "already_offered".
    """
    if ai.state != AiCall.State.PLACED or ai.call.answered_at is None:
        raise DomainError("Nobody has answered yet.", code="not_talking")
    if ai.taken_over_at is not None or HandOver.objects.filter(live_call=ai.pk).exists():
        raise DomainError("A colleague is being asked already.", code="already_offered")
    for user in closers(ai).exclude(pk__in=but):
        seat = presence.lock(user)
        if seat.state != AgentSeat.State.READY:
            continue
        presence.reserve(seat, ai.call.public_id, now)
        wait = timedelta(seconds=ai.campaign.agentic.hand_over_wait_s)
        offer = HandOver.objects.create(
            organization_id=ai.organization_id,
            ai_call=ai,
            agent=user,
            live_agent=user.pk,
            live_call=ai.pk,
            because=because[:300],
            offered_at=now,
            expires_at=now + wait,
        )
        _tell(offer, "offered", now)
        return offer
    raise DomainError(_NOBODY, code="nobody_free")


@retried
def ask(user: Any, ai: AiCall) -> HandOver:
    """The same, because a person who watches the call wants it; raises as `request` does."""
    AiCall.objects.select_for_update().only("pk").get(pk=ai.pk)
    row = AiCall.objects.select_related("call", "campaign__agentic").get(pk=ai.pk)
    try:
        offer = request(row, f"{user} asks for it.", timezone.now())
    except DomainError as refusal:
        if refusal.code != "nobody_free":
            raise
        raise DomainError(_NOBODY_READY, code="nobody_free") from refusal
    audit.record("ai_call.hand_over_asked", row, after={"agent": offer.agent_id}, actor=user)
    return offer


def closers(ai: AiCall) -> QuerySet[User]:
    """Who may take a call over and is ready, the longest first."""
    campaign = ai.campaign_id
    people = User.objects.filter(Q(campaigns=campaign) | Q(teams__campaigns=campaign)).values("pk")
    ready = User.objects.filter(
        pk__in=people, organization=ai.organization_id, seat__state=AgentSeat.State.READY
    )
    return ready.select_related("seat").order_by("seat__since", "pk")


def offered_to(user: Any) -> HandOver | None:
    """The call that the person is being asked to take over."""
    rows = HandOver.objects.filter(live_agent=user.pk, state=_S.OFFERED)
    return rows.select_related("ai_call__call", "ai_call__lead", "ai_call__campaign").first()


def taken_by(user: Any) -> AiCall | None:
    """The call that the person took over, until its result is written down."""
    rows = AiCall.objects.filter(taken_over_by=user.pk).exclude(call__status=Call.Status.WRAPPED_UP)
    return rows.select_related("call", "lead").order_by("-pk").first()


def accept(user: Any, offer: HandOver) -> Call:
    """The person has the call, at once or as soon as they are in its room; the voice introduces
    them and falls silent.

    Raises DomainError "gone" for an offer that is over, or somebody else's.
    """
    return _answer(user, offer.pk, take=True)


def decline(user: Any, offer: HandOver) -> None:
    """Somebody else is asked, else the voice is told that nobody is free."""
    _answer(user, offer.pk, take=False)


@retried
def joined(pk: int, agent: int, now: datetime) -> bool:
    """Who accepted an AI call is in its room: it is theirs from here on, and told twice harmlessly.

    False for somebody else, and for one who came too late.
    """
    offer = HandOver.objects.filter(ai_call=pk, agent=agent).order_by("-pk").first()
    if offer is None or offer.state not in (_S.JOINING, _S.ACCEPTED):
        return False
    offer, ai, seat = _locked(offer.pk)
    if offer.state == _S.JOINING and ai.ended_at is None:
        _give(offer, ai, seat, now)
    return offer.state == _S.ACCEPTED


def missed(pk: int, agent: int, now: datetime) -> bool:
    """Who accepted an AI call did not come: somebody else is asked, or the voice goes on."""
    offers = HandOver.objects.filter(ai_call=pk, agent=agent, state=_S.JOINING)
    return any(_lapse(offer, now) for offer in offers.values_list("pk", flat=True))


def give_back(user: Any, ai: AiCall) -> None:
    """The same by the person's own word, as without a microphone.

    Raises DomainError "too_late" once the voice has left the call to them.
    """
    if not missed(ai.pk, user.pk, timezone.now()):
        raise DomainError("The voice has left this call already.", code="too_late")


def expire(now: datetime) -> int:
    """Takes back offers that nobody answered or came for; returns how many, with ended calls'."""
    due = HandOver.objects.filter(state__in=(_S.OFFERED, _S.JOINING)).filter(
        Q(expires_at__lte=now) | Q(ai_call__ended_at__isnull=False)
    )
    return sum(_lapse(pk, now) for pk in due.values_list("pk", flat=True)[:200])


@retried
def _answer(user: Any, pk: int, *, take: bool) -> Call:
    now = timezone.now()
    offer, ai, seat = _locked(pk)
    if offer.agent_id != user.pk or offer.state != _S.OFFERED or ai.ended_at is not None:
        raise DomainError("This call is not waiting for you any more.", code="gone")
    if not take:
        _end(offer, _S.DECLINED, now)
        presence.release(seat, now)
        _go_on(ai, offer, now)
    elif doors.has_one(ai):
        _await(offer, ai, now)
    else:
        _give(offer, ai, seat, now)
    if take:
        _ask(ai, AiCommand.Kind.TAKE_OVER, _INTRODUCE, user, now)
    return ai.call


def _await(offer: HandOver, ai: AiCall, now: datetime) -> None:
    """The person has the way into the room, and nobody else is asked meanwhile."""
    offer.state, offer.answered_at, offer.expires_at = _S.JOINING, now, now + JOIN_WITHIN
    offer.save(update_fields=["state", "answered_at", "expires_at"])
    ai.taken_over_by = offer.agent
    ai.save(update_fields=["taken_over_by"])
    _tell(offer, _S.JOINING, now)


def _give(offer: HandOver, ai: AiCall, seat: AgentSeat, now: datetime) -> None:
    _end(offer, _S.ACCEPTED, now)
    ai.taken_over_by, ai.taken_over_at = offer.agent, now
    ai.save(update_fields=["taken_over_by", "taken_over_at"])
    ai.call = handing.hand_to(ai.call, seat, now)
    audit.record("ai_call.taken_over", ai, after={"agent": offer.agent_id}, actor=offer.agent)


@retried
def _lapse(pk: int, now: datetime) -> bool:
    """Takes an offer back that was not answered, or whose person did not come."""
    offer, ai, seat = _locked(pk)
    if offer.state not in (_S.OFFERED, _S.JOINING):
        return False
    over, unanswered = ai.ended_at is not None, offer.state == _S.OFFERED
    _end(offer, _S.WITHDRAWN if over else _S.EXPIRED if unanswered else _S.MISSED, now)
    if seat.call == ai.call.public_id and seat.state == AgentSeat.State.RESERVED:
        presence.release(seat, now)
    if not unanswered:
        ai.taken_over_by = None
        ai.save(update_fields=["taken_over_by"])
        audit.record("ai_call.hand_over_missed", ai, after={"agent": offer.agent_id})
    if not over:
        _go_on(ai, offer, now)
    return True


def _go_on(ai: AiCall, offer: HandOver, now: datetime) -> None:
    """Asks the next person, each once in a call; without any the voice goes back to the talk."""
    asked = HandOver.objects.filter(ai_call=ai).values_list("agent_id", flat=True)
    try:
        request(ai, offer.because, now, but=set(asked))
    except DomainError:
        _ask(ai, AiCommand.Kind.SAY, _NOBODY, None, now)


def _ask(ai: AiCall, kind: str, body: str, by: Any, now: datetime) -> None:
    AiCommand.objects.create(ai_call=ai, kind=kind, body=body, by=by, at=now)


def _end(offer: HandOver, state: str, now: datetime) -> None:
    offer.state, offer.answered_at = state, now
    offer.live_agent = offer.live_call = None
    offer.save(update_fields=["state", "answered_at", "live_agent", "live_call"])
    _tell(offer, state, now)


def _locked(pk: int) -> tuple[HandOver, AiCall, AgentSeat]:
    row = HandOver.objects.values_list("ai_call_id", flat=True).get(pk=pk)
    AiCall.objects.select_for_update().only("pk").get(pk=row)
    offer = HandOver.objects.select_related(
        "ai_call__call", "ai_call__campaign__agentic", "agent"
    ).get(pk=pk)
    return offer, offer.ai_call, presence.lock(offer.agent)


def _tell(offer: HandOver, kind: str, now: datetime) -> None:
    """Rings at the agent's desktop, and tells those who watch the call."""
    call = offer.ai_call.call
    realtime.record(
        f"handover.{kind}",
        organization=offer.organization_id,
        topics=[f"handover:{offer.agent_id}", f"call:{call.public_id}"],
        subject={
            "handover": str(offer.public_id),
            "call": str(call.public_id),
            "agent": offer.agent_id,
        },
        category="calls",
        actor=offer.agent_id if kind != _S.OFFERED else None,
        at=now,
    )
