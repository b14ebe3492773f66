"""The demo: made by the verbs of real work, marked as demo, and made once."""

import pytest

from accounts.models import User
from agentic.models import AgenticRun, AiCall
from calls.models import Call, Recording
from campaigns.models import Campaign, Lead
from dialer.demo import cast, history, lists, voices


@pytest.mark.django_db
def test_the_demo_has_people_of_every_role_leads_and_calls_and_is_made_once() -> None:
    made = cast.assemble("correct-horse-battery")
    leads, calls = lists.load(made), history.write(made, days=1)

    again = cast.assemble("another-password")

    assert {user.role for user in made.everyone} == set(User.Role.values)
    assert leads == Lead.objects.count() == sum(lists.ROWS)
    assert calls == Call.objects.count() > 0
    assert lists.load(again) == 0
    assert history.write(again, days=1) == 0
    assert User.objects.count() == len(cast.PEOPLE)


@pytest.mark.django_db
def test_everything_in_the_demo_says_that_it_is_demo() -> None:
    made = cast.assemble("correct-horse-battery")

    assert made.organization.is_demo
    assert all(user.is_demo for user in made.everyone)
    assert not Campaign.objects.filter(is_demo=False).exists()


@pytest.mark.django_db
def test_running_campaigns_find_leads_for_their_agents() -> None:
    made = cast.assemble("correct-horse-battery")

    for agent in made.agents:
        assert set(Campaign.objects.for_user(agent).running()) == set(made.campaigns)


@pytest.mark.django_db
def test_a_voice_has_called_a_few_of_its_list_and_stops_there() -> None:
    made = cast.assemble("correct-horse-battery")

    leads, calls = voices.load(made), voices.call(made)

    run = AgenticRun.objects.get()
    assert run.status == "finished"
    assert calls == AiCall.objects.filter(state="over", read_at__isnull=False).count() > 0
    assert Recording.objects.count() == voices.RECORDED
    assert leads == Lead.objects.filter(campaign__name=voices.NAME).count() == voices.LEADS
    assert Campaign.objects.get(name=voices.NAME).is_demo
    assert (voices.load(made), voices.call(made)) == (0, 0)
    assert AiCall.objects.count() == calls
