"""The container files, read as data: there is no engine here that could build them."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = [ROOT / "Dockerfile", ROOT / "deploy" / "edge" / "Dockerfile"]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PINNED = re.compile(r"^[\w./-]+:\d+\.\d+(\.\d+)?[\w.-]*$")
OURS = {"migrate", "web", "sockets", "worker", "beat", "voice"}
EDGE = {"rtpengine", "kamailio"}


def test_compose_names_the_parts_of_an_installation() -> None:
    assert {*OURS, *EDGE, "mariadb", "redis", "proxy"} == set(SERVICES)
    assert {name for name, part in SERVICES.items() if part.get("profiles") == ["edge"]} == EDGE


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_every_base_image_is_pinned_to_a_version(path: Path) -> None:
    bases = [image for word, image in _instructions(path) if word == "FROM"]

    assert bases
    assert [base for base in bases if not PINNED.match(base.split()[0])] == []


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_nothing_runs_as_root_in_our_images(path: Path) -> None:
    words = [word for word, _ in _instructions(path)]
    users = [user for word, user in _instructions(path) if word == "USER"]

    assert users[-1] not in ("root", "0")
    assert words.index("USER", words.index("FROM")) < words.index("CMD")
    assert "RUN" not in words[len(words) - words[::-1].index("USER") :]


def test_the_image_says_whether_it_is_healthy() -> None:
    checks = [what for word, what in _instructions(ROOT / "Dockerfile") if word == "HEALTHCHECK"]

    assert len(checks) == 1
    script = re.search(r'"python", "([^"]+)"', checks[0])
    assert script
    assert "/api/health" in (ROOT / script[1]).read_text()


def test_images_of_others_are_pinned_and_run_as_a_named_user() -> None:
    foreign = {name: part for name, part in SERVICES.items() if "build" not in part}

    assert set(foreign) == {"mariadb", "redis", "proxy"}
    assert [p["image"] for p in foreign.values() if not PINNED.match(p["image"])] == []
    assert [name for name, p in foreign.items() if p.get("user") in (None, "root", "0")] == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_command_is_one_that_the_makefile_also_runs(name: str) -> None:
    assert SERVICES[name]["command"] == _recipe(name)


def test_the_image_runs_the_web_server_unless_told_otherwise() -> None:
    commands = [what for word, what in _instructions(ROOT / "Dockerfile") if word == "CMD"]

    assert yaml.safe_load(commands[-1]) == _recipe("web")


def test_no_secret_is_written_into_compose() -> None:
    secrets = {"SECRET_KEY", "FIELD_KEYS", "SIP_EDGE_TOKEN", "MARIADB_PASSWORD"}
    given = {
        key: value
        for part in SERVICES.values()
        for key, value in part.get("environment", {}).items()
        if key in secrets
    }

    assert set(given) == secrets
    assert [value for value in given.values() if not re.fullmatch(r"\$\{\w+:\?\}", value)] == []


def test_the_image_installs_only_what_is_locked_by_hash() -> None:
    text = (ROOT / "Dockerfile").read_text()

    assert "ARG LOCK=requirements-production.txt" in text
    assert "--require-hashes -r $LOCK" in text
    for name in ("requirements-production.txt", SERVICES["voice"]["build"]["args"]["LOCK"]):
        lock = (ROOT / name).read_text()
        assert "mysqlclient==" in lock
        assert lock.count("==") <= lock.count("--hash=sha256:")


def test_only_the_image_of_the_voice_holds_what_speaks() -> None:
    usual, voice = (
        (ROOT / f"requirements-{name}.txt").read_text() for name in ("production", "voice")
    )

    assert "livekit-agents==" in voice
    assert "livekit-agents==" not in usual
    assert "livekit-api==" in usual
    assert SERVICES["voice"]["image"] != SERVICES["worker"]["image"]
    assert SERVICES["voice"]["profiles"] == ["voice"]


def test_a_voice_may_finish_its_calls() -> None:
    worker = (ROOT / "agentic" / "worker" / "server.py").read_text()
    drains = re.search(r"^DRAIN_S = (\d+)$", worker, re.M)

    assert drains
    assert int(SERVICES["voice"]["stop_grace_period"].removesuffix("m")) * 60 > int(drains[1])


def test_the_image_takes_no_secret_and_no_data_from_the_folder_it_is_built_in() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()

    assert lines[0] == "*"
    assert not {".env", "var", "media", ".git", "tests"} & {line.lstrip("!") for line in lines[1:]}
    for line in lines[1:]:
        if line.startswith("!") and "/" not in line:
            assert (ROOT / line[1:]).exists(), line


def test_the_proxy_keeps_what_is_for_the_edge_alone_inside() -> None:
    text = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text()

    assert re.search(r"location /internal/ \{\s*return 404;", text)


def test_the_example_names_every_setting_that_is_read() -> None:
    settings = (ROOT / "dialer" / "settings.py").read_text()
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', settings))
    named = set(re.findall(r"^(?:# )?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))

    assert len(read) > 20
    assert read == named


def _instructions(path: Path) -> list[tuple[str, str]]:
    """Return a Dockerfile's instructions with continued lines joined."""
    joined = path.read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines]


def _recipe(target: str) -> list[str]:
    """Return the one command of a Makefile target, as words."""
    makefile = (ROOT / "Makefile").read_text()
    found = re.search(rf"^{target}:[^\n]*\n\t([^\n]+)\n", makefile, re.M)
    assert found, target
    return shlex.split(found[1])
