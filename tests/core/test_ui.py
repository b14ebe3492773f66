"""How values look on a page."""

from datetime import UTC, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from accounts.models import User
from core.templatetags import ui


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [(0, "0:00"), (999, "0:01"), (61_400, "1:01"), (3_600_000, "1:00:00"), (None, "")],
)
def test_a_duration_shows_hours_only_when_there_are_any(
    milliseconds: int | None, shown: str
) -> None:
    assert ui.duration_ms(milliseconds) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+12125550123", "+1\xa0212-555-0123"),
        ("+442079460018", "+44\xa020\xa07946\xa00018"),
        ("anonymous", "anonymous"),
        ("+nonsense", "+nonsense"),
        (None, ""),
    ],
)
def test_a_number_shows_in_international_form_and_anything_else_as_it_is(
    number: str | None, shown: str
) -> None:
    assert ui.phone(number) == shown


def test_a_time_shows_in_the_viewers_zone(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User(name="Ada", timezone="Asia/Kolkata")
    at = datetime(2026, 11, 22, 20, 15, 30, tzinfo=UTC)

    shown = Template("{% load ui %}{% localtime_tag at seconds=True %}").render(
        Context({"request": request, "at": at})
    )

    assert ">23 Nov 01:45:30<" in shown
    assert 'datetime="2026-11-22T20:15:30+00:00"' in shown


def test_an_icon_is_hidden_from_screen_readers_unless_it_is_labelled() -> None:
    assert 'aria-hidden="true"' in ui.icon("phone")
    assert 'aria-label="&lt;b&gt;"' in ui.icon("phone", label="<b>")
