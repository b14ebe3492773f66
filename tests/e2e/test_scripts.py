"""Text that someone wrote is text: no script of it runs, in no page, for nobody who reads it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page

from tests.e2e.browser import Person
from tests.e2e.server import Server

pytestmark = pytest.mark.e2e

PAYLOAD = "\"'><img src=x onerror=window.ran=1><script>window.ran=1</script>{{7*7}}"
LISTEN = """
    window.violations = [];
    document.addEventListener('securitypolicyviolation', (event) => {
        window.violations.push(event.violatedDirective + ' ' + event.blockedURI);
    });
"""
# What lower roles write: people, agents, callers, lists, the browser's own name. Written as rows,
# as though the doors had let it in.
POISON = """
from datetime import timedelta
from django.urls import reverse
from django.utils import timezone
from accounts import breaks, logins, presence
from accounts.models import LoginSession
from calls import notes
from calls.models import Call
from campaigns import sheets
from campaigns.suppression import suppress
from core import audit
from tests.access import listed
from tests.campaigns.lists import upload
from tests.factories import *

def put(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)

bad, now = {payload!r}, timezone.now()
house = OrganizationFactory.create(name=bad[:110])
agent, manager = (UserFactory.create(role=role, organization=house, name=bad)
                  for role in ("agent", "manager"))
root = UserFactory.create(role="superadmin", organization=None)
team = TeamFactory.create(organization=house, name=bad)
team.members.add(agent)
team.managers.add(manager)
campaign = CampaignFactory.create(organization=house, name=bad, script=bad)
campaign.teams.add(team)
campaign.managers.add(manager)
result = DispositionFactory.create(organization=house, label=bad[:64])
campaign.dispositions.add(result)
lead = LeadFactory.create(campaign=campaign, name=bad, company=bad, job_title=bad, remarks=bad,
                          email=bad, custom={{bad: bad}})
attempt = AttemptFactory.create(campaign=campaign, agent=agent, lead=lead, reserved_at=now)
call = CallFactory.create(attempt=attempt, team=team, peer_name=bad, end_reason=bad[:60],
                          disposition=result, metadata={{bad: bad}})
live = CallFactory.create(
    attempt=AttemptFactory.create(campaign=campaign, agent=agent, lead=lead, reserved_at=now),
    team=team, peer_name=bad, status="in_call", lease_until=now + timedelta(hours=1))
notes.add_note(agent, call=call, body=bad)
cell = '"' + bad.replace('"', '""') + '"'
table = f"{{cell}},Phone\\n{{cell}},2125550123\\n"
sheet = sheets.receive_upload(manager, campaign, upload(table))
put(sheet, name=bad)
suppress(house, "+12125550199", source="manager", reason=bad, by=manager, now=now)
for reason in breaks.ensure(house):
    put(reason, label=bad[:64])
reason = breaks.ensure(house)[0]
presence.open_session(agent)
logins.open_login(agent, address="127.0.0.1", agent=bad)
entry = audit.record("campaign.changed", campaign, before={{bad: bad}}, after={{bad: bad}},
                     actor=agent)

of = {{"calls:detail": {{"ref": call.public_id}}, "accounts:day": {{"pk": agent.pk}},
      "accounts:break_edit": {{"pk": reason.pk}}, "campaigns:lead": {{"pk": lead.pk}},
      "campaigns:sheet": {{"pk": sheet.pk}}, "core:audit_entry": {{"pk": entry.pk}}}}
of |= {{f"campaigns:{{page}}": {{"pk": campaign.pk}}
       for page in ("detail", "edit", "leads", "why", "sheet_upload")}}
skipped = ("export", "login", "logout", "setup", "forgot", "reset", "continue", "metrics")
paths = {{role: [reverse(route.name, kwargs=of.get(route.name)) for route in listed()
                if "GET" in route.methods and route.admits(role, "GET")
                and (route.made is None or route.name in of)
                and "-api:" not in route.name and "schema" not in route.name
                and not any(word in route.name for word in skipped)]
         for role in ("manager", "superadmin")}}
answer = {{"people": {{"manager": manager.email, "superadmin": root.email}},
          "paths": paths, "password": PASSWORD}}
"""


@pytest.fixture(scope="module")
def poisoned(server: Server) -> dict[str, Any]:
    """An organization in which every text is an attack; its readers, and their pages."""
    found: dict[str, Any] = server.python(POISON.format(payload=PAYLOAD))
    return found


# A page that shows no frame, as in a browser without a window now and then, has had its time too.
SHOWN = """() => Promise.race([
    new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))),
    new Promise((done) => setTimeout(done, 2000)),
])"""


def look(page: Page, address: str) -> list[str]:
    """What went wrong on a page."""
    answer = page.goto(address)
    assert answer
    faults = [] if answer.status < 400 else [f"status {answer.status}"]
    # Fragments are shown a moment after the page: their scripts would run then.
    page.wait_for_load_state("load")
    page.evaluate(SHOWN)
    if page.evaluate("window.ran"):
        faults.append("a script ran")
    return faults + list(page.evaluate("window.violations ?? []"))


@pytest.mark.parametrize("role", ["manager", "superadmin"])
def test_no_text_that_others_wrote_runs_as_a_script(
    server: Server, someone: Callable[..., Person], poisoned: dict[str, Any], role: str
) -> None:
    reader, dialogs = someone(server.url), []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    reader.page.on("dialog", dismiss)
    reader.context.add_init_script(LISTEN)
    reader.log_in(poisoned["people"][role], poisoned["password"])

    faults, reached = {}, 0
    for path in poisoned["paths"][role]:
        found = look(reader.page, server.url + path)
        if found:
            faults[path] = found
        reached += "window.ran=1" in reader.page.inner_text("body")

    # A fragment that is opened as a page names no icon.
    reader.errors[:] = [error for error in reader.errors if "favicon.ico" not in error]
    assert faults == {}
    assert dialogs == []
    assert reached >= 8, "The attack has to be on the pages, as text."


def test_an_attack_that_gets_through_would_be_seen(
    server: Server, someone: Callable[..., Person]
) -> None:
    visitor = someone(server.url)
    visitor.context.add_init_script(LISTEN)
    visitor.open("/login/")

    visitor.page.evaluate("(html) => document.body.insertAdjacentHTML('beforeend', html)", PAYLOAD)

    visitor.page.wait_for_function("window.violations.length > 0")
    assert not visitor.page.evaluate("window.ran")
    assert visitor.errors
    visitor.errors.clear()
