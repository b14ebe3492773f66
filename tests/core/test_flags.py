"""Whom a feature flag reaches."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from core import flags
from core.models import FeatureFlag

pytestmark = pytest.mark.django_db
type Person = Callable[..., User]


def flag(**fields: Any) -> None:
    FeatureFlag.objects.create(**{"name": "new-page", "enabled": True, **fields})


def test_an_unknown_flag_and_a_flag_that_is_not_enabled_are_off(person: Person) -> None:
    flag(enabled=False)

    assert not flags.is_on("new-page", person())
    assert not flags.is_on("unheard-of", person())


def test_a_flag_without_targets_is_on_for_everyone(person: Person) -> None:
    flag()

    assert flags.is_on("new-page", person("agent"))
    assert flags.is_on("new-page", AnonymousUser())


def test_a_flag_of_roles_is_on_for_them_alone(person: Person) -> None:
    flag(target_roles=["manager"])

    assert flags.is_on("new-page", person("manager"))
    assert not flags.is_on("new-page", person("agent"))
    assert not flags.is_on("new-page", AnonymousUser())


def test_a_named_person_has_the_feature_whatever_the_percentage(person: Person) -> None:
    by_id, by_address, other = person(), person(), person()
    flag(target_users=[by_id.pk, by_address.email], rollout_percentage=0)

    on = [flags.is_on("new-page", user) for user in (by_id, by_address, other)]

    assert on == [True, True, False]


def test_a_percentage_reaches_about_so_many_and_always_the_same() -> None:
    reached = [key for key in range(2000) if flags.share("new-page", key) < 25]

    assert 400 < len(reached) < 600
    assert reached == [key for key in range(2000) if flags.share("new-page", key) < 25]


def test_a_higher_percentage_takes_the_feature_from_no_one() -> None:
    share = {key: flags.share("new-page", key) for key in range(500)}

    assert {key for key in share if share[key] < 10} <= {key for key in share if share[key] < 50}


def test_two_flags_pick_different_people() -> None:
    first = {key for key in range(500) if flags.share("one", key) < 50}
    second = {key for key in range(500) if flags.share("two", key) < 50}

    assert 75 < len(first & second) < 175  # a quarter, by chance
