"""What keeps a real voice from speaking is named, with its remedy, on a page and in a command."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from agentic import readiness
from agentic.models import AgenticCampaign, AgenticRun
from tests.clients import browser
from tests.factories import UserFactory
from tests.standins.voice.gemini import Gemini
from tests.standins.voice.livekit import LiveKitServer
from tests.standins.voice.serving import Loop, serving
from tests.standins.voice.signing import KEY, SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> LiveKitServer:
    """The server that stands in for LiveKit."""
    return LiveKitServer()


@pytest.fixture
def gemini() -> Gemini:
    """The model that stands in for Gemini."""
    return Gemini()


@pytest.fixture
def loop(
    server: LiveKitServer, gemini: Gemini, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Loop]:
    """Runs both, and tells the product where they are."""
    with serving(server, gemini) as running:
        settings.LIVEKIT_URL, settings.GOOGLE_API_KEY = server.url, "tests-only"
        settings.LIVEKIT_API_KEY, settings.LIVEKIT_API_SECRET = KEY, SECRET
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(gemini.certificate))
        yield running


@pytest.fixture
def line(run: AgenticRun) -> Any:
    """The line of a campaign of a real voice."""
    limits = AgenticCampaign.objects.get()
    limits.provider = "livekit"
    limits.save()
    assert limits.trunk is not None
    limits.trunk.livekit_id = "ST_test"
    limits.trunk.save()
    return limits.trunk


def failures() -> list[str]:
    """The parts that fail."""
    return [each.part for each in readiness.examine() if not each.ok]


def test_where_everything_is_right_a_voice_can_speak(loop: Loop, line: Any) -> None:
    said = io.StringIO()

    call_command("check_voice", stdout=said)

    assert "A voice can speak." in said.getvalue()
    assert "knows its trunk ST_test" in said.getvalue()
    assert "Gemini has it" in said.getvalue()


def test_missing_settings_are_listed_and_nobody_is_asked(line: Any, settings: Any) -> None:
    settings.LIVEKIT_URL = settings.LIVEKIT_API_KEY = ""
    settings.LIVEKIT_API_SECRET = settings.GOOGLE_API_KEY = ""
    said = io.StringIO()

    with pytest.raises(CommandError, match="4 to mend"):
        call_command("check_voice", stdout=said)

    for name in ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "GOOGLE_API_KEY"):
        assert f"{name} is not set." in said.getvalue()


def test_each_part_that_fails_is_named(loop: Loop, line: Any, server: Any, settings: Any) -> None:
    line.livekit_id = "ST_other"
    line.save()
    assert failures() == [f"Line {line.name}"]

    line.livekit_id = ""
    line.save()
    assert failures() == [f"Line {line.name}"]

    AgenticCampaign.objects.get().campaign.prompt_versions.update(model="parrot-1")
    assert failures() == [f"Line {line.name}", "Model parrot-1"]

    settings.LIVEKIT_API_SECRET = "another-secret-another-secret-another"
    assert failures()[0] == "LiveKit"

    loop(server.stop())
    assert failures()[0] == "LiveKit"


def test_the_page_lists_what_is_missing_without_showing_what_is_there(
    line: Any, settings: Any
) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = "wss://example.test", "visible-key"
    settings.LIVEKIT_API_SECRET = settings.GOOGLE_API_KEY = ""
    manager = UserFactory.create(role="manager", organization=line.organization)

    page = browser(manager).get(reverse("agentic:voice")).content.decode()

    assert "LIVEKIT_API_SECRET is not set." in page
    assert "visible-key" not in page


def test_a_manager_has_everything_asked(loop: Loop, line: Any) -> None:
    manager = UserFactory.create(role="manager", organization=line.organization)

    page = browser(manager).post(reverse("agentic:voice_check")).content.decode()

    assert "LiveKit knows its trunk ST_test." in page
    assert "To mend" not in page
