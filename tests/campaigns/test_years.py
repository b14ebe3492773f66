"""Days that no calendar can show in every zone are kept out of rules, lists and promises."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from accounts.models import Organization, User
from calls import results
from campaigns import consents, patterns, rules, suppression
from campaigns.consents import Terms
from campaigns.models import CallingRule, ConsentRecord, SuppressionEntry, SuppressionPattern
from core import years
from core.errors import InputError
from tests.campaigns.claiming import NOW
from tests.factories import CallFactory, DispositionFactory

pytestmark = pytest.mark.django_db
NUMBER = "+12125550123"
EVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "taken"),
    [
        (None, True),
        (date(1900, 1, 1), True),
        (date(2199, 12, 31), True),
        (date(1, 1, 1), False),
        (date(2200, 1, 1), False),
        (EVER, False),
    ],
)
def test_a_day_fits_in_the_years_of_every_calendar(day: date | None, taken: bool) -> None:
    assert years.fits(day) is taken


@pytest.mark.parametrize(
    "days", [{"valid_until": date(9999, 12, 31)}, {"valid_from": date(1, 1, 1)}]
)
def test_a_rule_ends_in_a_year_that_the_decision_can_reach(
    organization: Organization, person: Callable[..., User], days: dict[str, Any]
) -> None:
    with pytest.raises(InputError) as refused:
        rules.add(
            person("manager"), organization, code="H", kind="hours", title="Hours",
            start=time(8), end=time(21), now=NOW, **days,
        )  # fmt: skip

    assert list(refused.value.errors) == list(days)
    assert not CallingRule.objects.exists()


def test_nobody_is_kept_from_calls_until_the_end_of_time(organization: Organization) -> None:
    with pytest.raises(InputError):
        suppression.suppress(organization, NUMBER, source="api", until=EVER, now=NOW)
    with pytest.raises(InputError):
        suppression.suppress_many(organization, [NUMBER], source="api", until=EVER, now=NOW)
    with pytest.raises(InputError):
        patterns.add(organization, "prefix", "+1900", until=EVER, now=NOW)

    assert not SuppressionEntry.objects.exists()
    assert not SuppressionPattern.objects.exists()


@pytest.mark.parametrize(
    "times", [{"granted_at": datetime(1, 1, 1, tzinfo=UTC)}, {"expires_at": EVER}]
)
def test_consent_is_of_a_day_that_can_be_shown(
    organization: Organization, times: dict[str, datetime]
) -> None:
    known: dict[str, Any] = {
        "purpose": "marketing",
        "voice": "ai",
        "kind": "written",
        "source": "Web form",
    }

    with pytest.raises(InputError) as refused:
        consents.grant(
            organization, NUMBER, Terms(**{"granted_at": NOW, **known, **times}), now=NOW
        )

    assert list(refused.value.errors) == list(times)
    assert not ConsentRecord.objects.exists()


def test_a_promise_is_for_a_day_that_comes() -> None:
    call = CallFactory.create()
    later = DispositionFactory.create(organization=call.organization, callback=True)

    with pytest.raises(InputError) as refused:
        results.choose(call, later.code, EVER, NOW)

    assert list(refused.value.errors) == ["callback_at"]
