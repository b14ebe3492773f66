"""How values look on a page."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django import forms
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


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=-3), ">just now<"),
        (timedelta(seconds=59), ">just now<"),
        (timedelta(minutes=2), ">2 min ago<"),
        (timedelta(hours=23, minutes=59), ">23 h ago<"),
        (timedelta(days=1), ">21 Nov 12:00<"),
        (timedelta(days=365), ">22 Nov 2025 12:00<"),
    ],
)
def test_a_time_of_the_last_day_shows_how_long_ago_it_was(
    rf: RequestFactory, passed: timedelta, shown: str
) -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    request = rf.get("/")
    request.user = User(name="Ada")

    with time_machine.travel(now, tick=False):
        html = Template("{% load ui %}{% ago_tag at %}").render(
            Context({"request": request, "at": now - passed})
        )

    assert shown in html


def test_a_running_timer_begins_with_the_time_that_has_passed() -> None:
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        shown = ui.since_tag(datetime(2026, 11, 22, 11, 58, 55, tzinfo=UTC))

    assert ">1:05<" in shown
    assert ui.since_tag(None) == "—"


def test_a_field_with_an_error_says_so_to_screen_readers() -> None:
    class Form(forms.Form):
        name = forms.CharField(help_text="As on the card.")

    shown = ui.styled(Form({})["name"])

    assert 'class="input input-sm w-full"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name_helptext id_name_error"' in shown


def test_an_icon_is_hidden_from_screen_readers_unless_it_is_labelled() -> None:
    assert 'aria-hidden="true"' in ui.icon("phone")
    assert 'aria-label="&lt;b&gt;"' in ui.icon("phone", label="<b>")
