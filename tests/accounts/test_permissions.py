"""Roles hold what the default matrix says, and an administrator's edits outlive migrations."""

from collections.abc import Callable

from django.contrib.auth.models import Group, Permission

from accounts.models import User
from accounts.permissions import seed_roles


def test_a_role_holds_its_default_permissions(person: Callable[..., User]) -> None:
    agent, manager = person("agent"), person("manager")

    assert agent.has_perm("calls.add_call")
    assert not agent.has_perm("campaigns.change_campaign")
    assert manager.has_perm("campaigns.change_campaign")


def test_a_superadmin_holds_every_permission(person: Callable[..., User]) -> None:
    admin = person("superadmin", organization=None)

    assert admin.has_perm("core.view_event")
    assert admin.is_staff


def test_a_permission_taken_away_stays_away_when_roles_are_seeded_again(
    person: Callable[..., User],
) -> None:
    manager = person("manager")
    group = Group.objects.get(name="manager")
    group.permissions.remove(Permission.objects.get(codename="change_campaign"))

    seed_roles()

    assert not User.objects.get(pk=manager.pk).has_perm("campaigns.change_campaign")
