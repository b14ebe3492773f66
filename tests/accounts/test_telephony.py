"""A person's phone: extensions, a third party's PBX, and whom their pages may speak to."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import sip
from accounts.models import SipAccount, User
from core import crypto
from core.errors import InputError
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import OrganizationFactory, UserFactory

SECRET = "only-the-pbx-knows"
PBX: dict[str, str] = {
    "extension": "204",
    "side": "pbx",
    "ws_url": "wss://pbx.example.test:7443/ws",
    "realm": "pbx.example.test",
    "username": "ada",
    "secret": SECRET,
}
type Person = Callable[..., User]


@pytest.fixture
def admin(person: Person) -> Client:
    """A superadmin's browser."""
    return browser(person("superadmin", organization=None))


def page(user: User) -> str:
    """The address of their phone."""
    return f"/people/{user.pk}/phone/"


def policy(client: Client) -> str:
    """Whom the pages of this browser may speak to."""
    header = client.get("/profile/")["Content-Security-Policy"]
    return next(part for part in header.split(";") if "connect-src" in part)


def test_a_superadmin_puts_a_person_at_a_pbx_and_its_password_is_never_shown(
    admin: Client, agent: User
) -> None:
    answer = admin.post(page(agent), PBX)

    assert answer.status_code == 302
    account = SipAccount.objects.get(user=agent)
    assert (account.extension, account.username) == ("204", "ada")
    assert SECRET not in account.secret
    assert crypto.decrypt(account.secret) == SECRET
    shown = admin.get(page(agent)).content.decode()
    assert "pbx.example.test" in shown
    assert SECRET not in shown
    assert account.secret not in shown
    entry = AuditEntry.objects.get(action="sip_account.changed")
    assert entry.after["secret"] == "•••"
    assert entry.after["extension"] == "204"


def test_the_owners_softphone_registers_at_the_pbx(admin: Client, agent: User) -> None:
    admin.post(page(agent), PBX)

    told = browser(agent).get("/api/softphone/config").json()["sip"]

    assert (told["ws_url"], told["uri"]) == (PBX["ws_url"], "sip:ada@pbx.example.test")
    assert told["extension"] == "204"


def test_an_empty_password_keeps_the_stored_one_at_the_same_pbx_alone(
    admin: Client, agent: User
) -> None:
    admin.post(page(agent), PBX)

    kept = admin.post(page(agent), PBX | {"extension": "205", "secret": ""})
    moved = admin.post(page(agent), PBX | {"ws_url": "wss://evil.example.test", "secret": ""})

    assert (kept.status_code, moved.status_code) == (302, 422)
    account = SipAccount.objects.get(user=agent)
    assert (account.extension, account.ws_url) == ("205", PBX["ws_url"])
    assert crypto.decrypt(account.secret) == SECRET


def test_back_at_our_own_edge_nothing_of_the_pbx_is_left(admin: Client, agent: User) -> None:
    admin.post(page(agent), PBX)

    admin.post(page(agent), {"extension": "204", "side": "ours"})

    account = SipAccount.objects.get(user=agent)
    assert (account.ws_url, account.realm, account.secret) == ("", "", "")
    assert account.username == f"agent{1000 + agent.pk}"


def test_an_extension_is_one_persons_of_an_organization(
    admin: Client, agent: User, person: Person
) -> None:
    other, elsewhere = person(), UserFactory.create(organization=OrganizationFactory.create())
    ours = {"extension": "204", "side": "ours"}
    admin.post(page(agent), ours)

    taken, free = admin.post(page(other), ours), admin.post(page(elsewhere), ours)

    assert (taken.status_code, free.status_code) == (422, 302)
    assert "Someone of this organization has this extension." in taken.content.decode()


def test_a_newcomer_gets_an_extension_that_is_free(agent: User, person: Person) -> None:
    newcomer = person()
    sip.set_extension(agent, str(1000 + newcomer.pk))

    account = sip.ensure_account(newcomer)

    assert account.extension == str(1001 + newcomer.pk)
    assert browser(newcomer).get("/api/softphone/config").status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("extension", "2"),
        ("extension", "20a"),
        ("extension", "²²²"),
        ("ws_url", "ws://pbx.example.test/ws"),
        ("ws_url", "https://pbx.example.test"),
        ("ws_url", "wss://pbx.example.test; script-src *"),
        ("ws_url", "wss://user@pbx.example.test"),
        ("ws_url", "wss://"),
        ("ws_url", ""),
        ("realm", "pbx example"),
        ("realm", ""),
        ("username", "ada:x"),
        ("username", "agent1001"),
        ("username", ""),
        ("secret", ""),
        ("side", "other"),
    ],
)
def test_what_is_not_right_is_refused_at_its_field(
    admin: Client, agent: User, field: str, value: str
) -> None:
    answer = admin.post(page(agent), PBX | {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert SECRET not in answer.content.decode()
    assert not SipAccount.objects.exclude(secret="").exists()


def test_a_user_name_is_one_persons(agent: User, person: Person) -> None:
    wanted = sip.Pbx(PBX["ws_url"], PBX["realm"], "ada", SECRET)
    sip.change(agent, "204", wanted)

    with pytest.raises(InputError) as refusal:
        sip.change(person(), "205", wanted)

    assert "username" in refusal.value.errors


def test_only_their_own_pages_may_speak_to_someones_pbx(
    admin: Client, agent: User, person: Person
) -> None:
    admin.post(page(agent), PBX)

    theirs, others = policy(browser(agent)), policy(browser(person()))

    assert "wss://pbx.example.test:7443" in theirs
    assert "wss://pbx.example.test" not in others
    assert "wss://pbx.example.test" not in policy(admin)


@pytest.mark.parametrize(
    "ws_url", ["wss://x; script-src *", "wss://x,y", "https://x.test", "wss://u@x.test", "", "*"]
)
def test_what_is_no_address_never_enters_the_policy(agent: User, ws_url: str) -> None:
    account = sip.ensure_account(agent)
    SipAccount.objects.filter(pk=account.pk).update(ws_url=ws_url, secret="stored")

    assert policy(browser(agent)).strip() == "connect-src 'self'"


def test_a_person_without_an_organization_has_no_phone(admin: Client, person: Person) -> None:
    ruler = person("superadmin", organization=None)

    answer = admin.post(page(ruler), {"extension": "204", "side": "ours"})

    assert answer.status_code == 409
