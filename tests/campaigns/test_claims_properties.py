"""Whatever agents do in whatever order, every lead is in exactly one place."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Count, QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from campaigns import claims, queue
from campaigns.models import (
    Callback,
    Campaign,
    DialAttempt,
    Disposition,
    Lead,
    PhoneState,
    QueueEntry,
)
from core.errors import DomainError
from tests.factories import (
    CampaignFactory,
    DispositionFactory,
    LeadFactory,
    OrganizationFactory,
    UserFactory,
)

S = Lead.Status
CAP = 2
OUTCOMES = ["answered", "busy", "no_answer", "rejected", "invalid_number", "failed", "unknown"]
RESULTS = ["finished", "retry", "callback", "own callback", "do not call"]
WHO = st.integers(0, 2)

CALLS = st.tuples(
    st.just("call"), WHO, st.sampled_from(OUTCOMES), st.sampled_from([*RESULTS, "", ""])
)
STEPS = st.one_of(
    CALLS,
    CALLS,
    CALLS,
    CALLS,
    CALLS,
    st.tuples(st.just("claim"), WHO),
    st.tuples(st.just("type"), WHO, st.integers(0, 5)),
    st.tuples(st.just("answer"), WHO, st.integers(0, 5)),
    st.tuples(st.just("dial"), WHO),
    st.tuples(st.just("dial"), WHO),
    st.tuples(st.just("settle"), WHO, st.sampled_from(OUTCOMES)),
    st.tuples(st.just("settle"), WHO, st.sampled_from(OUTCOMES)),
    st.tuples(st.just("dispose"), WHO, st.sampled_from(RESULTS)),
    st.tuples(st.just("correct"), WHO, st.sampled_from(OUTCOMES)),
    st.tuples(st.just("release"), WHO),
    st.tuples(st.just("wait"), st.sampled_from([1, 15, 600, 3000])),
    st.tuples(st.just("fill"), st.integers(0, 1)),
    st.tuples(st.just("clear"), st.integers(0, 1)),
)


@dataclass
class Floor:
    """Three agents, two campaigns that share numbers, and the clock."""

    agents: list[User]
    campaigns: list[Campaign]
    leads: list[Lead]
    results: dict[str, Disposition]
    now: datetime = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    live: dict[int, DialAttempt] = field(default_factory=dict)
    last: dict[int, DialAttempt] = field(default_factory=dict)

    def step(self, verb: str, *arguments: object) -> None:
        """Does one thing, as far as an agent could."""
        getattr(self, verb)(*arguments)

    def call(self, who: int, outcome: str, result: str) -> None:
        """A whole call, from the claim to the agent's result, and the pause after it."""
        self.claim(who)
        self.dial(who)
        self.settle(who, outcome)
        if result:
            self.dispose(who, result)
        self.wait(130)

    def claim(self, who: int) -> None:
        if who not in self.live:
            ids = [row.pk for row in self.campaigns]
            self._took(who, claims.claim_next(self.agents[who], ids, now=self.now).attempt)

    def type(self, who: int, which: int) -> None:
        self._number(who, which, inbound=False)

    def answer(self, who: int, which: int) -> None:
        self._number(who, which, inbound=True)

    def dial(self, who: int) -> None:
        if who in self.live and not self.live[who].inbound:
            try:
                claims.approve_dial(self.live[who], now=self.now)
            except DomainError:
                self.release(who)

    def settle(self, who: int, outcome: str) -> None:
        attempt = self.live.pop(who, None)
        if attempt:
            reached = outcome == "answered"
            claims.settle(attempt, outcome=outcome, now=self.now, live_answer=reached)

    def dispose(self, who: int, result: str) -> None:
        if who in self.last:
            own = self.agents[who] if result == "own callback" else None
            at = self.now + timedelta(hours=2)
            claims.dispose(
                self.last[who], self.results[result], now=self.now, callback_at=at, owner=own
            )

    def correct(self, who: int, outcome: str) -> None:
        if who in self.last:
            reached = outcome == "answered"
            claims.correct(
                self.last[who],
                outcome=outcome,
                now=self.now,
                live_answer=reached,
                conversation=reached,
            )

    def release(self, who: int) -> None:
        if who in self.live and self.live[who].dialed_at is None:
            claims.release(self.live.pop(who), now=self.now, reason="skipped")

    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def fill(self, which: int) -> None:
        queue.fill(self.campaigns[which].pk, self.now)

    def clear(self, which: int) -> None:
        queue.clear(self.campaigns[which])

    def _number(self, who: int, which: int, *, inbound: bool) -> None:
        if who in self.live:
            return
        lead = self.leads[which]
        try:
            attempt = claims.claim_number(
                self.agents[who],
                phone=lead.phone,
                campaign=lead.campaign,
                lead=lead,
                inbound=inbound,
                now=self.now,
            )
        except DomainError:
            return
        self._took(who, attempt)

    def _took(self, who: int, attempt: DialAttempt | None) -> None:
        if attempt:
            self.live[who] = self.last[who] = attempt


@pytest.mark.django_db
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=15, max_size=40))
def test_every_lead_is_in_one_place_whatever_happens(
    db: None, steps: list[tuple[str, ...]]
) -> None:
    with transaction.atomic():
        floor = _floor()

        for step in steps:
            floor.step(*step)
            _check()

        transaction.set_rollback(True)


def _floor() -> Floor:
    organization = OrganizationFactory.create()
    campaigns = CampaignFactory.create_batch(2, organization=organization, max_attempts=CAP)
    numbers = ["+12125550101", "+12125550102", "+12125550103"]
    return Floor(
        agents=UserFactory.create_batch(3, organization=organization),
        campaigns=campaigns,
        leads=[LeadFactory.create(campaign=row, phone=n) for row in campaigns for n in numbers],
        results={
            name: DispositionFactory.create(
                organization=organization,
                finished=name == "finished",
                callback="callback" in name,
                do_not_call=name == "do not call",
            )
            for name in RESULTS
        },
    )


def _check() -> None:
    """The sentences that are always true."""
    live = DialAttempt.objects.filter(ended_at=None)
    promised = set(Callback.objects.filter(done_at=None).values_list("open_key", flat=True))
    queued = set(QueueEntry.objects.values_list("lead_id", flat=True))
    held = set(live.filter(inbound=False).values_list("lead_id", flat=True))
    promises = dict(Callback.objects.values_list("lead").annotate(Count("pk")))
    for lead in Lead.objects.all():
        assert (lead.status == S.QUEUED) == (lead.pk in queued)
        assert lead.status != S.CLAIMED or lead.pk in held
        if lead.status == S.RETRY:
            assert (lead.next_attempt_at is None) == (lead.pk in promised)
        if lead.status in (S.NEW, S.FINISHED, S.SUPPRESSED):
            assert lead.pk not in promised
        assert lead.attempts <= CAP + promises.get(lead.pk, 0)
    _check_numbers(live)


def _check_numbers(live: QuerySet[DialAttempt]) -> None:
    outgoing = list(live.filter(inbound=False).values_list("phone", flat=True))
    assert len(outgoing) == len(set(outgoing))
    holders = set(
        PhoneState.objects.exclude(live_attempt=None).values_list("live_attempt", flat=True)
    )
    assert holders <= set(live.values_list("pk", flat=True))
    assert set(live.filter(inbound=False).values_list("pk", flat=True)) <= holders
