"""Every page that a link leads to, as each role meets it: it opens, and axe finds nothing."""

import re
from collections import deque
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.e2e.browser import Person
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

PASSWORD = "dialer-demo"
# Of the demo, the one with the fewest rights last: what a page shows grows with them.
PEOPLE = ("manager", "admin", "qa", "agent")
# Files, machines' addresses, Django's own pages, and the way out.
ELSEWHERE = re.compile(r"^/(admin|api|static|media|logout)\b|/(export|rejects|download)\b")
LINKS = "() => [...document.querySelectorAll('a[href]:not([download])')].map(link => link.href)"
# As many kinds of pages as there are at least: fewer means that the way to them is lost.
KINDS = 40


def kind(path: str) -> str:
    """What kind of page an address is: those of different rows are one."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "…", path)


def paths(person: Person) -> list[str]:
    """The pages of the installation that this page leads to."""
    links = map(urlsplit, person.page.evaluate(LINKS))
    own = (link.path for link in links if person.url.endswith(link.netloc) and link.netloc)
    return [path for path in own if not ELSEWHERE.search(path)]


def faults(person: Person, path: str) -> list[str]:
    """What is wrong with a page, in both themes."""
    answer = person.page.goto(person.url + path, wait_until="load")
    if answer is None or answer.status >= 400:
        return [f"status {answer.status if answer else 'none'}"]
    found = []
    for scheme in ("light", "dark"):
        person.page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in person.accessibility_faults()]
    return found


@pytest.mark.timeout(900)
def test_every_page_opens_and_is_accessible_in_both_themes(
    server: Server, someone: Callable[..., Person]
) -> None:
    server.manage("seed_demo")
    seen: set[str] = set()
    wrong: dict[str, list[str]] = {}

    for name in PEOPLE:
        person = someone(server.url)
        person.log_in(f"{name}@demo.dialer.test", PASSWORD)
        waiting = deque([urlsplit(person.page.url).path, *paths(person)])
        while waiting:
            path = waiting.popleft()
            if kind(path) in seen:
                continue
            seen.add(kind(path))
            if found := faults(person, path):
                wrong[f"{name} {path}"] = found
            waiting.extend(paths(person))

    assert wrong == {}, wrong
    assert len(seen) >= KINDS, sorted(seen)
