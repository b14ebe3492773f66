"""Messages beside fragments."""

import json

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from core.toasts import ToastMiddleware


def _answer(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # as its middleware does

    def view(request: HttpRequest) -> HttpResponse:
        messages.success(request, "Saved.")
        messages.error(request, "But Zoë was not told.")
        return response

    return ToastMiddleware(view)(request)


def test_messages_of_a_fragment_become_toasts_and_show_nowhere_else(rf: RequestFactory) -> None:
    request = rf.post("/", headers={"HX-Request": "true"})

    answer = _answer(request, HttpResponse("<tr></tr>"))

    assert json.loads(answer.headers["HX-Trigger"])["toast"]["messages"] == [
        {"message": "Saved.", "tone": "success"},
        {"message": "But Zoë was not told.", "tone": "error"},
    ]
    assert messages.get_messages(request).used  # type: ignore[union-attr]  # the storage


@pytest.mark.parametrize(
    ("headers", "response"),
    [
        ({}, HttpResponse("a page")),
        ({"HX-Request": "true", "HX-Boosted": "true"}, HttpResponse("a page")),
        ({"HX-Request": "true"}, HttpResponse(status=302, headers={"Location": "/"})),
        ({"HX-Request": "true"}, HttpResponse(headers={"HX-Redirect": "/"})),
    ],
)
def test_messages_wait_for_the_page_that_shows_them(
    rf: RequestFactory, headers: dict[str, str], response: HttpResponse
) -> None:
    request = rf.post("/", headers=headers)

    answer = _answer(request, response)

    assert "HX-Trigger" not in answer.headers
    assert len(messages.get_messages(request)) == 2


def test_a_fragment_without_messages_stays_as_it_is(rf: RequestFactory) -> None:
    request = rf.get("/", headers={"HX-Request": "true"})
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]  # as its middleware does

    answer = ToastMiddleware(lambda request: HttpResponse("<tr></tr>"))(request)

    assert "HX-Trigger" not in answer.headers
