"""What only the voice's own process may load: it is heavy, and not installed elsewhere."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "accounts", "campaigns", "calls", "agentic", "dialer", "qa", "knowledgebase")
HEAVY = ("livekit.agents", "livekit.plugins", "livekit.rtc")


def test_only_the_worker_imports_the_agents_of_livekit() -> None:
    found = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "worker" not in path.parts and any(name.startswith(HEAVY) for name in _imported(path))
    }

    assert found == set()


def test_the_web_loads_neither_the_agents_nor_the_client_of_livekit() -> None:
    code = (
        "import django, sys; django.setup(); import dialer.urls, dialer.celery;"
        "print([name for name in sys.modules if name.startswith(('livekit', 'google.genai'))])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == "[]"


def _imported(path: Path) -> list[str]:
    """Every module that a file imports, with what is imported from it."""
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{each.name}" for each in node.names]
    return names
