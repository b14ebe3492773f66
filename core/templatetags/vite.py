"""The built front end in templates: `{% vite "static/src/main.ts" %}`."""

from collections.abc import Iterator
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core import assets

register = template.Library()

NOT_BUILT = mark_safe("<!-- The front end is not built: run `npm run build`. -->")


@register.simple_tag(takes_context=True)
def vite(context: template.Context, entry: str) -> SafeString:
    """Style sheets, preloads and script of an entry; before the build, a comment that says so."""
    built = assets.manifest()
    if entry not in built:
        return NOT_BUILT
    nonce = context.get("csp_nonce", "")
    chunks = list(_with_imports(built, entry))
    return format_html(
        '{}{}<script type="module" src="{}" nonce="{}"></script>',
        format_html_join(
            "\n",
            '<link rel="stylesheet" href="{}" nonce="{}">\n',
            ((_url(name), nonce) for chunk in chunks for name in chunk.get("css", ())),
        ),
        format_html_join(
            "",
            '<link rel="modulepreload" href="{}" nonce="{}">\n',
            ((_url(chunk["file"]), nonce) for chunk in chunks[1:]),
        ),
        _url(chunks[0]["file"]),
        nonce,
    )


def _with_imports(built: assets.Manifest, entry: str) -> Iterator[dict[str, Any]]:
    """The entry's chunk first, then those that it cannot start without, each once."""
    todo, seen = [entry], set()
    while todo:
        name = todo.pop(0)
        if name not in seen:
            seen.add(name)
            yield built[name]
            todo += built[name].get("imports", ())


def _url(name: str) -> str:
    return static(f"dist/{name}")
