"""The matrix of roles: edited by superadmins alone, obeyed at once, and on record."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts import roles
from accounts.models import LoginSession, RolePolicy, User
from accounts.permissions import DEFAULTS, seed_roles
from core.errors import DomainError, InputError
from core.models import AuditEntry
from core.sockets import in_thread
from dialer.asgi import application
from tests.clients import browser, machine
from tests.factories import UserFactory

type Person = Callable[..., User]
WITHIN_S = 10.0
BREAKS, PAGE = "accounts.change_breakreason", "/breaks/"


@pytest.fixture
def admin(person: Person) -> User:
    """Who edits roles."""
    return person("superadmin", organization=None)


def without(role: str, *names: str) -> roles.Matrix:
    """The matrix as it is, with less for one role."""
    now = roles.matrix()
    return replace(now, granted={**now.granted, role: now.granted[role] - set(names)})


def with_more(role: str, *names: str) -> roles.Matrix:
    """The matrix as it is, with more for one role."""
    now = roles.matrix()
    return replace(now, granted={**now.granted, role: now.granted[role] | set(names)})


def sent(matrix: roles.Matrix) -> dict[str, object]:
    """A matrix as the page sends it."""
    held = {role: sorted(names) for role, names in matrix.granted.items()}
    return {**held, "second_factor": sorted(matrix.second_factor), "seen": roles.matrix().version}


def test_every_permission_that_the_product_asks_for_has_words() -> None:
    assert set(DEFAULTS) <= set(roles.OFFERED)
    assert len(set(roles.OFFERED)) == len(roles.OFFERED)


def test_every_permission_that_is_offered_exists(db: None) -> None:
    rows = Permission.objects.values_list("content_type__app_label", "codename")

    assert set(roles.OFFERED) <= {f"{app}.{codename}" for app, codename in rows}


def test_the_page_shows_what_the_roles_hold(admin: User) -> None:
    page = browser(admin).get(reverse("accounts:roles")).content.decode()

    assert 'name="manager" value="campaigns.change_campaign" checked' in page
    assert 'name="agent" value="campaigns.change_campaign" aria-label' in page


def test_a_permission_taken_away_is_gone_with_the_next_request(admin: User, person: Person) -> None:
    manager = person("manager")
    page, program = browser(manager), machine(manager)
    before = page.get(PAGE).status_code

    answer = browser(admin).post(reverse("accounts:roles"), sent(without("manager", BREAKS)))

    after = [client.get(PAGE).status_code for client in (page, program)]
    assert (before, answer.status_code, after[0]) == (200, 302, 403)
    assert LoginSession.objects.get(user=admin).revoked_at is None


def test_a_permission_granted_is_there_with_the_next_request(admin: User, person: Person) -> None:
    page = browser(person("qa"))
    before = page.get(PAGE).status_code

    browser(admin).post(reverse("accounts:roles"), sent(with_more("qa", BREAKS)))

    assert (before, page.get(PAGE).status_code) == (403, 200)


def test_a_change_is_on_record_with_what_was_before(admin: User) -> None:
    matrix = without("manager", BREAKS)

    roles.change(matrix, seen=roles.matrix().version, by=admin)

    entry = AuditEntry.objects.get(action="role.changed")
    assert entry.actor_id == admin.pk
    assert BREAKS in entry.before["held"]
    assert entry.after["taken"] == [BREAKS]
    assert entry.after["granted"] == []


def test_what_was_taken_away_stays_away_when_roles_are_seeded_again(admin: User) -> None:
    roles.change(without("manager", BREAKS), seen=roles.matrix().version, by=admin)

    seed_roles()

    assert BREAKS not in roles.matrix().granted["manager"]


def test_permissions_that_are_not_offered_are_neither_granted_nor_taken(
    admin: User, db: None
) -> None:
    other = Permission.objects.get(codename="delete_group")
    Group.objects.get(name="qa").permissions.add(other)
    page = browser(admin)

    page.post(reverse("accounts:roles"), sent(roles.matrix()))
    answer = page.post(
        reverse("accounts:roles"), sent(with_more("agent", "accounts.change_rolepolicy"))
    )
    with pytest.raises(InputError):
        roles.change(
            with_more("agent", "accounts.change_rolepolicy"), seen=roles.matrix().version, by=admin
        )

    assert answer.status_code == 422
    assert Group.objects.get(name="qa").permissions.filter(pk=other.pk).exists()
    assert not AuditEntry.objects.filter(action="role.changed").exists()


def test_nobody_but_a_superadmin_edits_roles_whatever_they_hold(person: Person) -> None:
    manager = person("manager")
    manager.user_permissions.set(Permission.objects.all())
    page = browser(manager)

    answers = [
        page.get(reverse("accounts:roles")).status_code,
        page.post(reverse("accounts:roles"), sent(roles.matrix())).status_code,
    ]
    with pytest.raises(DomainError) as raised:
        roles.change(roles.matrix(), seen=roles.matrix().version, by=manager)

    assert answers == [403, 403]
    assert raised.value.code == "not_yours"


def test_two_who_edit_at_once_do_not_undo_each_other(admin: User) -> None:
    seen, mine = roles.matrix().version, without("manager", BREAKS)
    roles.change(without("agent", "calls.add_note"), seen=seen, by=admin)

    answer = browser(admin).post(reverse("accounts:roles"), {**sent(mine), "seen": seen})

    assert answer.status_code == 422
    assert "Someone else has changed the roles meanwhile." in answer.content.decode()
    assert BREAKS in roles.matrix().granted["manager"]


def test_a_role_that_must_use_a_second_factor_is_led_to_it(admin: User, person: Person) -> None:
    page = browser(person("manager"))
    wanted = replace(roles.matrix(), second_factor=frozenset({"manager"}))

    browser(admin).post(reverse("accounts:roles"), sent(wanted))

    assert RolePolicy.objects.get(role="manager").needs_second_factor
    assert page.get(PAGE)["Location"] == reverse("accounts:second_factor")
    entry = AuditEntry.objects.get(action="role.second_factor_set")
    assert entry.after == {"needs_second_factor": True}


@pytest.mark.django_db(transaction=True)
async def test_open_sockets_of_a_changed_role_come_again_and_others_stay() -> None:
    people = {role: await in_thread(UserFactory.create, role=role) for role in ("manager", "qa")}
    admin = await in_thread(UserFactory.create, role="superadmin", organization=None)
    sockets = {}
    for role, user in people.items():
        tab = await in_thread(browser, user)
        cookie = f"access={tab.cookies['access'].value}".encode()
        headers = [(b"origin", b"http://testserver"), (b"cookie", cookie)]
        sockets[role] = WebsocketCommunicator(application, "/ws/live/", headers=headers)
        await sockets[role].connect(WITHIN_S)
        await sockets[role].send_json_to({"type": "subscribe", "topics": [], "last": None})
        await sockets[role].receive_json_from(WITHIN_S)

    matrix = await in_thread(without, "manager", BREAKS)
    seen = (await in_thread(roles.matrix)).version
    await in_thread(lambda: roles.change(matrix, seen=seen, by=admin))

    closed = await sockets["manager"].receive_output(WITHIN_S)
    assert closed == {"type": "websocket.close", "code": 1013}
    assert await sockets["qa"].receive_nothing()
    for socket in sockets.values():
        await socket.disconnect(timeout=WITHIN_S)
