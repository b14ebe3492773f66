"""A number that no row can have is an answer in words, never a fault."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import User
from tests.clients import browser
from tests.factories import AgenticFactory, CampaignFactory

pytestmark = pytest.mark.django_db
HUGE = "9" * 30


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("agentic:create", ("trunk", "teams", "dispositions")),
        ("agentic:run_start", ("campaign", "leads")),
        ("campaigns:create", ("teams", "agents", "managers", "dispositions")),
    ],
)
def test_a_form_with_a_huge_id_is_refused(
    person: Callable[..., User], page: str, fields: tuple[str, ...]
) -> None:
    manager = person("manager")
    campaign = CampaignFactory.create(organization=manager.organization, mode="ai")
    AgenticFactory.create(campaign=campaign).campaign.managers.add(manager)
    client = browser(manager)
    client.raise_request_exception = False

    answers = [client.post(reverse(page), {field: HUGE}).status_code for field in fields]

    assert set(answers) <= {400, 422}


def test_a_page_that_is_asked_for_a_huge_id_shows_itself(person: Callable[..., User]) -> None:
    client = browser(person("manager"))

    answer = client.get(reverse("agentic:run_start"), {"campaign": HUGE, "leads": HUGE})

    assert answer.status_code == 200
