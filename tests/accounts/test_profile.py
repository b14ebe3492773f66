"""One's own profile: name and zone, password, and where one is logged in."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from accounts import presence, profile
from accounts.authentication import ACCESS
from accounts.models import AgentSeat, LoginSession, User
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import PASSWORD

PAGE = "/profile/"
NEW = "a-wholly-other-phrase"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/140.0 Safari/537.36 Edg/140.0"
type Person = Callable[..., User]


def is_in(client: Client) -> bool:
    """Whether this browser is still logged in."""
    return client.get("/api/auth/me").status_code == 200


def change_password(client: Client, current: str = PASSWORD, new: str = NEW) -> int:
    """Sends the form of the password; the answer's status."""
    body = {"current_password": current, "new_password": new}
    return client.post(f"{PAGE}password/", body).status_code


def test_everyone_has_a_profile(person: Person) -> None:
    for user in (person("agent"), person("qa"), person("superadmin", organization=None)):
        shown = browser(user).get(PAGE)

        assert shown.status_code == 200
        assert user.email in shown.content.decode()


def test_a_person_changes_their_name_and_zone(person: Person) -> None:
    user = person()

    answer = browser(user).post(PAGE, {"name": " Ada L. ", "timezone": "Europe/Berlin"})

    assert answer.status_code == 302
    user.refresh_from_db()
    assert (user.name, user.timezone) == ("Ada L.", "Europe/Berlin")
    entry = AuditEntry.objects.get(action="person.changed")
    assert (entry.actor_id, entry.after["timezone"]) == (user.pk, "Europe/Berlin")


@pytest.mark.parametrize("wrong", [{"name": " "}, {"timezone": "Mars/Olympus"}, {"timezone": ""}])
def test_what_is_no_name_or_zone_is_refused(person: Person, wrong: dict[str, str]) -> None:
    user = person(name="Ada")

    answer = browser(user).post(PAGE, {"name": "Eve", "timezone": "UTC"} | wrong)

    assert answer.status_code == 422
    user.refresh_from_db()
    assert user.name == "Ada"


def test_nobody_gives_themselves_a_role_an_organization_or_an_address(person: Person) -> None:
    user = person()
    before = (user.role, user.organization_id, user.email, user.status)
    told = {"name": "Ada", "timezone": "UTC", "role": "superadmin", "organization": ""}
    told |= {"email": "eve@example.test", "status": "suspended", "is_superuser": "on"}

    browser(user).post(PAGE, told)

    user.refresh_from_db()
    assert user.name == "Ada"
    assert (user.role, user.organization_id, user.email, user.status) == before
    assert not user.is_superuser


def test_a_new_password_ends_every_other_login_and_this_one_goes_on(person: Person) -> None:
    user = person()
    here, there = browser(user), browser(user)
    former = here.cookies[ACCESS].value

    assert change_password(here) == 302

    assert is_in(here)
    assert not is_in(there)
    thief = Client()
    thief.cookies[ACCESS] = former
    assert not is_in(thief)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert AuditEntry.objects.filter(action="person.password_set").count() == 1


@pytest.mark.parametrize(("current", "new"), [("wrong", NEW), (PASSWORD, "12345678"), ("", "")])
def test_a_password_is_not_changed_without_the_present_one_or_to_a_weak_one(
    person: Person, current: str, new: str
) -> None:
    user = person()
    here, there = browser(user), browser(user)

    assert change_password(here, current, new) == 422

    assert is_in(there)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_password_waits_for_the_end_of_a_call(agent: User) -> None:
    client = browser(agent)
    presence.open_session(agent)
    AgentSeat.objects.filter(user=agent).update(state=AgentSeat.State.ON_CALL)

    assert change_password(client) == 422

    assert is_in(client)


def test_the_page_lists_where_one_is_logged_in_and_ends_one_of_them(person: Person) -> None:
    user = person()
    here, there = browser(user), browser(user)
    other = LoginSession.objects.order_by("pk").last()
    assert other

    shown = here.get(PAGE)
    assert [place.is_here for place in shown.context["places"]] == [True, False]
    here.post(f"{PAGE}logins/end/", {"login": other.public_id})

    assert is_in(here)
    assert not is_in(there)
    assert AuditEntry.objects.get(action="login.revoked").after["because"] == "owner"


def test_nobody_ends_someone_elses_login(person: Person) -> None:
    theirs = browser(person())
    login = LoginSession.objects.get()
    here = browser(person())

    for public_id in (login.public_id, uuid.uuid4(), "nonsense"):
        assert here.post(f"{PAGE}logins/end/", {"login": public_id}).status_code == 302

    assert is_in(theirs)


def test_signing_out_everywhere_ends_every_login_and_the_shift(agent: User) -> None:
    here, there = browser(agent), browser(agent)

    answer = here.post(f"{PAGE}leave/")

    assert answer.status_code == 302
    assert not is_in(here)
    assert not is_in(there)
    assert presence.current(agent).state == AgentSeat.State.OFFLINE
    assert presence.current(agent).session is None


@pytest.mark.parametrize(
    ("agent", "known_as"),
    [
        (FIREFOX, "Firefox on Windows"),
        (EDGE, "Edge on macOS"),
        ("curl/8.1", "curl"),
        ("", "Unknown program"),
    ],
)
def test_a_device_is_called_as_people_know_it(agent: str, known_as: str) -> None:
    assert profile.device(agent) == known_as


def test_the_menu_leads_to_the_profile(person: Person) -> None:
    assert 'href="/profile/"' in browser(person()).get(PAGE).content.decode()
