"""Whatever Django's admin changes is in the audit log, whichever table it is of."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.adminsite import Audited
from accounts.models import BreakReason, Organization, User
from core.models import AuditEntry
from tests.clients import browser
from tests.factories import UserFactory


@pytest.fixture
def superadmin(db: None) -> User:
    """Who may use the admin."""
    return UserFactory.create(role="superadmin", organization=None)


@pytest.fixture
def client(superadmin: User) -> Client:
    """Their browser."""
    return browser(superadmin)


def entry(action: str) -> AuditEntry:
    """The one entry of a kind."""
    return AuditEntry.objects.get(action=f"table.row_{action}")


def test_no_table_escapes_the_log() -> None:
    assert admin.site._registry
    assert all(isinstance(table, Audited) for table in admin.site._registry.values())


def test_a_row_that_is_added_changed_and_deleted_is_told_of(
    client: Client, superadmin: User, organization: Organization
) -> None:
    fields: dict[str, object] = {
        "organization": organization.pk,
        "code": "tea",
        "label": "Tea",
        "is_active": "on",
        "limit_s": 600,
        "position": 1,
    }

    added = client.post(reverse("admin:accounts_breakreason_add"), fields)
    made = BreakReason.objects.get(code="tea", organization=organization)
    change = reverse("admin:accounts_breakreason_change", args=[made.pk])
    changed = client.post(change, {**fields, "label": "Green tea"})
    delete = reverse("admin:accounts_breakreason_delete", args=[made.pk])
    deleted = client.post(delete, {"post": "yes"})

    assert [added.status_code, changed.status_code, deleted.status_code] == [302, 302, 302]
    assert entry("added").after["label"] == "Tea"
    assert entry("changed").before == {"label": "Tea"}
    assert entry("changed").after == {"label": "Green tea"}
    assert entry("deleted").before["label"] == "Green tea"
    for action in ("added", "changed", "deleted"):
        assert entry(action).actor_id == superadmin.pk
        assert entry(action).organization_id == organization.pk
        assert entry(action).target_type == "accounts.breakreason"


def test_a_password_typed_there_is_not_told(client: Client, organization: Organization) -> None:
    agent = UserFactory.create(organization=organization)
    secret = "Tr0ub4dor-and-3-horses"

    client.post(
        reverse("admin:auth_user_password_change", args=[agent.pk]),
        {"password1": secret, "password2": secret, "usable_password": "true"},
    )

    entries = AuditEntry.objects.filter(action="table.row_changed")
    assert entries.filter(target_type="accounts.user").exists()
    written = str(list(AuditEntry.objects.values()))
    assert secret not in written
    assert User.objects.get(pk=agent.pk).password not in written
