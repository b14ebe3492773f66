"""The built front end in templates."""

import json
from pathlib import Path

import pytest
from django.template import Context, Template
from pytest_django import Settings

from core.assets import immutable

TAG = Template('{% load vite %}{% vite "static/src/main.ts" %}')


def _build(folder: Path, file: str) -> None:
    target = folder / "static" / "dist" / ".vite"
    target.mkdir(parents=True, exist_ok=True)
    chunk = {"file": file, "css": ["assets/main-AbCdEfGh.css"]}
    (target / "manifest.json").write_text(json.dumps({"static/src/main.ts": chunk}))


def test_an_entry_becomes_its_style_sheet_and_its_script_with_the_nonce(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path
    _build(tmp_path, "assets/main-12345678.js")

    shown = TAG.render(Context({"csp_nonce": "once"}))

    assert 'href="/static/dist/assets/main-AbCdEfGh.css"' in shown
    assert 'src="/static/dist/assets/main-12345678.js" nonce="once"' in shown


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
