"""The built front end in templates."""

import json
import os
from pathlib import Path

import pytest
from django.template import Context, Template
from pytest_django import Settings

from core.assets import front_end_is_built, immutable

TAG = Template('{% load vite %}{% vite "static/src/main.ts" %}')


def _build(folder: Path, file: str) -> None:
    target = folder / "static" / "dist" / ".vite"
    target.mkdir(parents=True, exist_ok=True)
    built = {
        "static/src/main.ts": {
            "file": file,
            "css": ["assets/main-AbCdEfGh.css"],
            "imports": ["_shared.js", "_deep.js"],
            "dynamicImports": ["static/src/player.ts"],
        },
        "_shared.js": {"file": "assets/shared-12345678.js", "imports": ["_deep.js"]},
        "_deep.js": {"file": "assets/deep-12345678.js"},
        "static/src/player.ts": {"file": "assets/player-12345678.js"},
    }
    (target / "manifest.json").write_text(json.dumps(built))


def test_an_entry_becomes_its_style_sheet_and_its_script_with_the_nonce(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path
    _build(tmp_path, "assets/main-12345678.js")

    shown = TAG.render(Context({"csp_nonce": "once"}))

    assert 'href="/static/dist/assets/main-AbCdEfGh.css"' in shown
    assert 'src="/static/dist/assets/main-12345678.js" nonce="once"' in shown


def test_what_an_entry_cannot_start_without_is_loaded_with_it_and_nothing_else(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path
    _build(tmp_path, "assets/main-12345678.js")

    shown = TAG.render(Context({"csp_nonce": "once"}))

    preload = '<link rel="modulepreload" href="/static/dist/assets/{}-12345678.js" nonce="once">'
    assert shown.count(preload.format("shared")) == 1
    assert shown.count(preload.format("deep")) == 1
    assert "player" not in shown


def test_a_new_build_is_found_without_a_restart(tmp_path: Path, settings: Settings) -> None:
    settings.BASE_DIR = tmp_path
    _build(tmp_path, "assets/main-12345678.js")
    TAG.render(Context({}))
    _build(tmp_path, "assets/main-87654321.js")
    manifest = tmp_path / "static" / "dist" / ".vite" / "manifest.json"
    os.utime(manifest, ns=(1, 1))

    assert "main-87654321.js" in TAG.render(Context({}))


def test_the_check_of_the_system_says_that_the_build_is_missing(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path
    before = front_end_is_built()
    _build(tmp_path, "assets/main-12345678.js")

    assert [warning.hint for warning in before] == ["Run: npm run build"]
    assert front_end_is_built() == []


def test_a_missing_build_says_how_to_make_it_and_breaks_no_page(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path

    assert "npm run build" in TAG.render(Context({}))


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/static/dist/assets/main-12345678.js", True),
        ("/static/dist/assets/main-12345678.js.br", True),
        ("/static/dist/.vite/manifest.json", False),
        ("/static/admin/css/base.css", False),
    ],
)
def test_only_files_named_after_their_content_are_kept_for_good(*, url: str, kept: bool) -> None:
    assert immutable("", url) is kept
