"""The sidebar: what each role may open, and where one is."""

from collections.abc import Callable

import pytest
from django.test import Client, RequestFactory

from accounts.models import User
from dialer.navigation import GROUPS, navigation, shell
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def _labels(rf: RequestFactory, user: User, path: str = "/") -> list[str]:
    request = rf.get(path)
    request.user = user
    return [item["label"] for group in navigation(request) for item in group["items"]]


def test_each_role_is_offered_what_it_may_open(
    rf: RequestFactory, person: Callable[..., User]
) -> None:
    agent, manager, qa = person("agent"), person("manager"), person("qa")

    assert "Dial" in _labels(rf, agent)
    assert "Floor" not in _labels(rf, agent)
    assert {"Floor", "Campaigns"} <= set(_labels(rf, manager))
    assert "Dial" not in _labels(rf, qa)


def test_a_superadmin_is_offered_everything_but_a_phone_and_no_group_is_empty(
    rf: RequestFactory,
) -> None:
    request = rf.get("/")
    request.user = UserFactory.create(role="superadmin", organization=None)

    groups = navigation(request)

    assert [group["label"] for group in groups] == list(GROUPS)
    offered = [item["label"] for group in groups for item in group["items"]]
    assert offered == [i.label for items in GROUPS.values() for i in items if i.label != "Dial"]
    assert not shell(request)["has_phone"]


@pytest.mark.parametrize(
    ("path", "active"), [("/calls/", ["Calls"]), ("/calls/x/", ["Calls"]), ("/elsewhere/", [])]
)
def test_the_link_that_leads_here_is_marked_and_no_other(
    rf: RequestFactory, person: Callable[..., User], path: str, active: list[str]
) -> None:
    request = rf.get(path)
    request.user = person("manager")

    items = [item for group in navigation(request) for item in group["items"]]

    assert [item["label"] for item in items if item["active"]] == active


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("<script>", "system")]
)
def test_the_theme_of_the_cookie_is_rendered_and_anything_else_is_the_systems(
    rf: RequestFactory, cookie: str, theme: str
) -> None:
    request = rf.get("/")
    request.COOKIES["theme"] = cookie

    assert shell(request)["theme"] == theme


def test_a_stranger_sees_no_navigation(client: Client) -> None:
    answer = client.get("/login/")

    assert 'id="sidebar"' not in answer.content.decode()
    assert answer.context["navigation"] == []
