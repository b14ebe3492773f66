"""Django's admin: behind the product's login, for superadmins, and obedient to the verbs."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts import sip
from accounts.models import LoginSession, Organization, SipAccount, Team, User
from core import crypto
from tests.clients import browser

type Person = Callable[..., User]
PAGES = [
    *("admin:index", "admin:jsi18n", "admin:autocomplete"),
    *(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
        for model in admin.site._registry
        for page in ("changelist", "add")
    ),
]


@pytest.fixture
def client(person: Person) -> Client:
    """A superadmin's browser."""
    return browser(person("superadmin", organization=None))


def edit(client: Client, page: str, *args: object, **fields: Any) -> Any:
    """Sends an admin form; the answer to a good one is a redirect."""
    answer = client.post(reverse(f"admin:accounts_{page}", args=args), fields)
    context = getattr(answer, "context", None)
    problems = context["adminform"].form.errors if context and "adminform" in context else {}
    return answer.status_code, dict(problems)


def test_no_page_opens_for_anyone_but_superadmins(person: Person) -> None:
    browsers = [browser(person(role)) for role in ("agent", "manager", "qa")]
    login = reverse("accounts-api:continue")

    shut = {page: [known.get(reverse(page)).status_code for known in browsers] for page in PAGES}
    strange = {page: Client().get(reverse(page), follow=True).redirect_chain for page in PAGES}

    assert {page for page, answers in shut.items() if answers != [403, 403, 403]} == set()
    assert {page for page, way in strange.items() if not way[1][0].startswith(login)} == set()


def test_every_page_opens_for_a_superadmin(client: Client) -> None:
    opened = {page: client.get(reverse(page)).status_code for page in PAGES}

    # A table that no one adds rows to by hand has no page for it; no field, nothing to complete.
    closed = {page for page, answer in opened.items() if answer != 200}
    assert all(page.endswith(("_add", "autocomplete")) for page in closed), closed
    assert {f"admin:accounts_{row}_add" for row in ("user", "organization", "team")} <= closed


def test_the_admins_own_login_and_logout_are_the_products(person: Person, client: Client) -> None:
    to_login = Client().get("/admin/login/?next=/admin/accounts/", follow=True)
    refused = browser(person("manager")).get("/admin/login/")
    by_get = client.get("/admin/logout/")
    out = client.post("/admin/logout/")

    assert to_login.redirect_chain[-1][0] == "/login/?next=%2Fadmin%2Faccounts%2F"
    assert refused.status_code == 403
    assert by_get.status_code == 405
    assert out["Location"] == "/login/"
    assert LoginSession.objects.filter(revoked_because="logout").count() == 1


def test_people_teams_and_organizations_are_only_shown(
    client: Client, person: Person, organization: Organization
) -> None:
    user = person("agent", name="As It Was")
    team = Team.objects.create(organization=organization, name="As It Was")
    wanted = {"name": "Another", "role": "superadmin", "status": "suspended"}

    edit(client, "user_change", user.pk, **wanted)
    changes = [
        edit(client, f"{page}_change", row.pk, **wanted)[0]
        for page, row in (("organization", organization), ("team", team))
    ]
    deletions = [
        client.post(reverse(f"admin:accounts_{page}_delete", args=[row.pk]), {"post": "yes"})
        for page, row in (("user", user), ("organization", organization), ("team", team))
    ]

    same = User.objects.get(pk=user.pk)
    assert (same.name, same.role, same.status) == ("As It Was", "agent", "active")
    assert changes == [403, 403]
    assert [answer.status_code for answer in deletions] == [403, 403, 403]


def test_a_new_password_ends_the_logins_of_the_old_one(client: Client, person: Person) -> None:
    user = person("agent")
    theirs = browser(user)
    new = "another-horse-battery"

    answer = client.post(
        f"/admin/accounts/user/{user.pk}/password/",
        {"usable_password": "true", "password1": new, "password2": new},
    )

    assert answer.status_code == 302
    assert User.objects.get(pk=user.pk).check_password(new)
    assert theirs.get("/api/auth/me").status_code == 401


def test_an_own_new_password_asks_a_superadmin_to_log_in_again(client: Client) -> None:
    new = "another-horse-battery"

    page = client.get("/admin/password_change/")["Location"]
    shown = client.get(page).status_code
    client.post(page, {"usable_password": "true", "password1": new, "password2": new})

    assert shown == 200
    assert client.get("/api/auth/me").status_code == 401


def test_a_sip_account_is_only_shown_and_its_secret_never(client: Client, person: Person) -> None:
    account = sip.ensure_account(person("agent"))
    account.secret = crypto.encrypt("from the pbx")
    account.save()
    page = reverse("admin:accounts_sipaccount_change", args=[account.pk])

    shown = client.get(page)
    changed = client.post(page, {"username": "another", "ws_url": "wss://elsewhere.test"})
    deleted = client.post(
        reverse("admin:accounts_sipaccount_delete", args=[account.pk]), {"post": "yes"}
    )

    assert (shown.status_code, changed.status_code, deleted.status_code) == (200, 403, 403)
    text = shown.content.decode()
    assert account.username in text
    assert "from the pbx" not in text
    assert account.secret not in text
    assert SipAccount.objects.get().username == account.username
