"""One login's pages lead: the newest at first, then whichever its person says."""

from accounts.models import AgentSeat, LoginSession, User
from core.models import Event
from tests.accounts.seats import in_call, release
from tests.clients import browser


def leads(client: object) -> bool:
    """Whether a browser's pages hold the phone."""
    return bool(client.get("/api/presence/me").json()["leading"])  # type: ignore[attr-defined]


def test_the_newest_login_leads_and_the_former_is_told(agent: User) -> None:
    first = browser(agent)
    alone = leads(first)

    second = browser(agent)

    assert alone
    assert (leads(first), leads(second)) == (False, True)
    event = Event.objects.get(kind="presence.taken_over")
    assert f"agent:{agent.pk}" in event.topics


def test_a_page_that_does_not_lead_offers_nobody_for_calls(agent: User) -> None:
    first = browser(agent)
    browser(agent)

    answer = first.post("/api/presence/ready", {"campaigns": [1]}, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_leading")
    assert AgentSeat.objects.get(user=agent).state == "offline"


def test_the_lead_comes_back_by_the_button_alone(agent: User) -> None:
    first, second = browser(agent), browser(agent)

    for _ in range(3):
        first.get("/api/presence/me")
        first.get("/api/softphone/config")
    still = leads(second)
    first.post("/api/presence/lead")

    assert still
    assert (leads(first), leads(second)) == (True, False)


def test_a_call_is_finished_where_it_is(agent: User) -> None:
    first = browser(agent)
    in_call(agent)

    second = browser(agent)
    refused = second.post("/api/presence/lead")
    release(agent)
    allowed = second.post("/api/presence/lead")

    assert (refused.status_code, refused.json()["code"]) == (409, "busy")
    assert (allowed.status_code, allowed.json()["leading"]) == (200, True)
    assert not leads(first)


def test_who_logs_in_again_in_a_call_goes_on_with_it(agent: User) -> None:
    browser(agent)
    in_call(agent)
    LoginSession.objects.update(revoked_at="2026-01-01T00:00:00Z")

    again = browser(agent)

    assert leads(again)
