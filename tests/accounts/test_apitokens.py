"""Machines' tokens: shown once, narrowed to their scopes, ended at once, good for the API alone."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from asgiref.sync import async_to_sync
from django.contrib.auth.models import Group
from django.test import Client

from accounts import apitokens
from accounts.authentication import ACCESS, SocketAuth
from accounts.models import ApiToken, Organization, RolePolicy, User
from campaigns.models import Campaign, Lead
from core.errors import DomainError, InputError
from core.models import AuditEntry
from tests.access import existing
from tests.clients import browser
from tests.factories import PASSWORD, CampaignFactory, OrganizationFactory, UserFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEADS = "/api/leads"
PAGE = "/profile/tokens/"
type Person = Callable[..., User]


@pytest.fixture
def manager(person: Person) -> User:
    """Someone who may add leads."""
    return person("manager")


@pytest.fixture
def campaign(organization: Organization, manager: User) -> Campaign:
    """What the manager's leads are for."""
    campaign = CampaignFactory.create(organization=organization)
    campaign.managers.add(manager)
    return campaign


def token_of(user: User, *scopes: str, expires_at: datetime | None = None) -> str:
    """The text of a token; it may add leads unless told otherwise."""
    return apitokens.make(user, "CRM", scopes or ("campaigns.add_lead",), expires_at)[1]


def program(raw: str) -> Client:
    """A machine with this token."""
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {raw}"})


def send_lead(raw: str, campaign: Campaign, phone: str = "+12125550123") -> Any:
    """A program's lead."""
    body = json.dumps({"campaign": campaign.pk, "phone": phone})
    return program(raw).post(LEADS, body, content_type="application/json")


# --- What it opens ---


def test_a_token_does_what_its_scope_says_and_the_log_names_both(
    manager: User, campaign: Campaign
) -> None:
    raw = token_of(manager)

    answer = send_lead(raw, campaign)

    assert answer.status_code in (200, 201), answer.content
    assert Lead.objects.get().campaign == campaign
    row = ApiToken.objects.get()
    assert raw.startswith("dlr_")
    assert raw not in (row.token_hash, row.prefix, str(row))
    assert raw.startswith(row.prefix)
    entry = AuditEntry.objects.get(action="token.created")
    assert raw not in json.dumps([entry.before, entry.after, entry.target_name])


def test_a_token_may_nothing_beyond_its_scopes(manager: User, campaign: Campaign) -> None:
    raw = token_of(manager, "calls.view_call")

    assert manager.has_perm("campaigns.add_lead")
    assert send_lead(raw, campaign).status_code == 403


def test_a_token_may_nothing_that_its_person_may_not_any_more(
    manager: User, campaign: Campaign
) -> None:
    raw = token_of(manager)

    Group.objects.get(name="manager").permissions.filter(codename="add_lead").delete()

    assert send_lead(raw, campaign).status_code == 403


def test_a_superadmins_token_is_narrowed_as_well(person: Person, campaign: Campaign) -> None:
    raw = token_of(person("superadmin", organization=None), "calls.view_call")

    assert send_lead(raw, campaign).status_code == 403
    assert program(raw).get("/api/presence/me").status_code == 403


def test_another_organizations_campaign_does_not_exist_for_a_token(manager: User) -> None:
    theirs = CampaignFactory.create()

    assert send_lead(token_of(manager), theirs).status_code in (400, 404)
    assert not Lead.objects.exists()


@pytest.mark.parametrize("path", ["/api/auth/me", "/presence/", "/profile/tokens/", "/profile/"])
def test_a_token_opens_no_page_and_no_door(manager: User, path: str) -> None:
    raw = token_of(manager)
    cookie = Client()
    cookie.cookies[ACCESS] = raw

    answers = [client.get(path) for client in (program(raw), cookie)]

    assert {answer.status_code for answer in answers} <= {302, 401, 404}
    assert not any("/presence/" in answer.get("Location", "/login/")[:10] for answer in answers)


def test_a_token_opens_no_socket(manager: User) -> None:
    raw = token_of(manager)
    seen: dict[str, Any] = {}

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    headers = [(b"authorization", f"Bearer {raw}".encode())]
    async_to_sync(SocketAuth(inner))({"headers": headers}, None, None)

    assert seen["login"] is None
    assert not seen["user"].is_authenticated


def test_every_permission_of_the_api_is_a_scope_or_belongs_to_a_desk(db: None) -> None:
    asked: set[str] = set()
    for name, pattern in existing():
        view = getattr(pattern.callback, "cls", None) or getattr(
            pattern.callback, "view_class", None
        )
        if view is None or "-api:" not in name or name.startswith("core"):
            continue
        named = view.permissions
        for needed in named.values() if isinstance(named, dict) else [named]:
            asked.update(needed or ())

    assert asked >= set(apitokens.SCOPES)
    assert asked - set(apitokens.SCOPES) == {"accounts.change_agentseat", "calls.add_call"}


# --- How it ends ---


def test_a_revoked_token_is_refused_from_then_on(manager: User, campaign: Campaign) -> None:
    raw = token_of(manager)
    before = send_lead(raw, campaign)

    apitokens.revoke(ApiToken.objects.get(), manager)
    apitokens.revoke(ApiToken.objects.get(), manager)

    assert before.status_code in (200, 201)
    answer = send_lead(raw, campaign)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1


def test_a_token_ends_by_its_time(manager: User, campaign: Campaign) -> None:
    with time_machine.travel(NOW, tick=False):
        raw = token_of(manager, expires_at=NOW + timedelta(days=1))
    with time_machine.travel(NOW + timedelta(hours=23), tick=False):
        before = send_lead(raw, campaign)
    with time_machine.travel(NOW + timedelta(hours=24), tick=False):
        after = send_lead(raw, campaign)

    assert before.status_code in (200, 201)
    assert after.status_code == 401


def test_a_suspended_persons_token_is_refused(manager: User, campaign: Campaign) -> None:
    raw = token_of(manager)

    User.objects.filter(pk=manager.pk).update(status=User.Status.SUSPENDED)

    assert send_lead(raw, campaign).status_code == 401


@pytest.mark.parametrize("field", ["archived_at", "valid_until"])
def test_a_closed_organizations_tokens_are_refused(
    manager: User, campaign: Campaign, organization: Organization, field: str
) -> None:
    raw = token_of(manager)

    Organization.objects.filter(pk=organization.pk).update(**{field: NOW - timedelta(days=400)})

    assert send_lead(raw, campaign).status_code == 401


def test_a_role_that_demands_a_second_factor_demands_it_of_its_tokens_people(
    manager: User, campaign: Campaign
) -> None:
    raw = token_of(manager)

    RolePolicy.objects.create(role="manager", needs_second_factor=True)

    answer = send_lead(raw, campaign)
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_demanded")


@pytest.mark.parametrize("raw", ["dlr_", "dlr_x", "dlr_" + "a" * 4000, "dlr_ä"])
def test_what_is_no_token_is_refused(db: None, raw: str) -> None:
    assert apitokens.of(raw, address=None) is None


def test_its_last_use_is_noted_once_a_minute(manager: User) -> None:
    raw = token_of(manager)
    noted = []

    for after_s in (0, 59, 60):
        with time_machine.travel(NOW + timedelta(seconds=after_s), tick=False):
            apitokens.of(raw, address=f"192.0.2.{after_s}")
        row = ApiToken.objects.get()
        assert row.last_used_at
        noted.append(((row.last_used_at - NOW).seconds, row.last_address))

    assert noted == [(0, "192.0.2.0"), (0, "192.0.2.0"), (60, "192.0.2.60")]


# --- How it is made ---


@pytest.mark.parametrize(
    "scope", ["campaigns.add_lead", "calls.add_call", "accounts.change_user", "nonsense"]
)
def test_nobody_gives_what_they_may_not_do_or_what_no_program_may(
    person: Person, scope: str
) -> None:
    with pytest.raises(InputError) as refusal:
        apitokens.make(person("agent"), "CRM", (scope,), None)

    assert "scopes" in refusal.value.errors
    assert not ApiToken.objects.exists()


def test_a_person_has_only_so_many_tokens(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apitokens, "MOST", 1)
    token_of(manager)

    with pytest.raises(DomainError) as refusal:
        token_of(manager)

    assert refusal.value.code == "too_many_tokens"


def form(**changes: object) -> dict[str, object]:
    """The page's form."""
    told = {"name": "CRM", "lasts": "90", "scopes": ["campaigns.add_lead"], "password": PASSWORD}
    return told | changes


def test_the_page_shows_a_new_token_once(manager: User, campaign: Campaign) -> None:
    client = browser(manager)

    answer = client.post(PAGE, form())

    raw = answer.context["raw"]
    assert raw in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    again = client.get(PAGE).content.decode()
    assert raw not in again
    assert raw[:10] in again
    assert send_lead(raw, campaign).status_code in (200, 201)


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"scopes": []},
        {"scopes": ["accounts.change_user"]},
        {"name": " "},
        {"lasts": "9999"},
    ],
)
def test_the_page_refuses_what_is_not_right(manager: User, changes: dict[str, object]) -> None:
    answer = browser(manager).post(PAGE, form(**changes))

    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_the_page_revokes_ones_own_token_and_nobody_elses(manager: User, person: Person) -> None:
    token_of(manager)
    token = ApiToken.objects.get()

    browser(person("manager")).post(f"{PAGE}revoke/", {"token": token.pk})
    untouched = ApiToken.objects.get()
    answer = browser(manager).post(f"{PAGE}revoke/", {"token": token.pk}, follow=True)

    assert untouched.revoked_at is None
    assert ApiToken.objects.get().revoked_at
    assert "Revoked" in answer.content.decode()


def test_a_superadmin_sees_and_revokes_a_persons_tokens(manager: User, person: Person) -> None:
    token_of(manager)
    client = browser(person("superadmin", organization=None))
    page = f"/people/{manager.pk}/tokens/"

    assert "CRM" in client.get(page).content.decode()
    assert client.post(f"{page}revoke/", {"token": ApiToken.objects.get().pk}).status_code == 302

    token = ApiToken.objects.get()
    assert token.revoked_at
    entry = AuditEntry.objects.get(action="token.revoked")
    assert entry.actor_name.startswith("person")
    assert entry.actor_id != manager.pk


def test_a_token_of_someone_else_is_not_revoked_on_this_persons_page(
    manager: User, person: Person
) -> None:
    token_of(manager)
    other = UserFactory.create(organization=OrganizationFactory.create())
    client = browser(person("superadmin", organization=None))

    client.post(f"/people/{other.pk}/tokens/revoke/", {"token": ApiToken.objects.get().pk})

    assert ApiToken.objects.get().revoked_at is None
