"""The built front end in templates: `{% vite "static/src/main.ts" %}`."""

import json
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
_cache: dict[Path, tuple[float, dict[str, Any]]] = {}


def manifest() -> dict[str, Any] | None:
    """What Vite built, by source file; None before the first build. Read again when it changes."""
    path = Path(settings.BASE_DIR) / "static" / "dist" / ".vite" / "manifest.json"
    try:
        changed = path.stat().st_mtime
    except FileNotFoundError:
        return None
    if path not in _cache or _cache[path][0] != changed:
        _cache[path] = (changed, json.loads(path.read_text()))
    return _cache[path][1]


@register.simple_tag(takes_context=True)
def vite(context: template.Context, entry: str) -> SafeString:
    """Style sheets and script of an entry; before the first build, a comment that says so."""
    built = manifest()
    if built is None:
        return format_html("<!-- The front end is not built: run `npm run build`. -->{}", "")
    nonce = context.get("csp_nonce", "")
    chunk = built[entry]
    styles = format_html_join(
        "\n",
        '<link rel="stylesheet" href="{}">',
        ((static(f"dist/{name}"),) for name in chunk.get("css", [])),
    )
    script = format_html(
        '<script type="module" src="{}" nonce="{}"></script>',
        static(f"dist/{chunk['file']}"),
        nonce,
    )
    return format_html("{}\n{}", styles, script)
