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
# What lower roles write comes through the product's own doors, from a browser whose own name is
# one more attack. Written as rows is only what no door lets in: what a call's far side or an
# importer might, names that superadmins give, and addresses that are none.
POISON = """
from datetime import timedelta
from django.urls import reverse
from django.utils import timezone
from uuid import uuid4
from django.core.files.uploadedfile import SimpleUploadedFile
from accounts import breaks, presence
from campaigns.models import LeadSheet
from core import audit
from tests.access import Cast, listed
from tests.bodies import FILLED
from tests.clients import browser
from tests.factories import *

def put(row, **fields):
    type(row).objects.filter(pk=row.pk).update(**fields)

bad, now, refused = {payload!r}, timezone.now(), []

def door(user, name, fields, kind=None, **of):
    client = browser(user)
    client.defaults.update(HTTP_HOST="127.0.0.1", HTTP_USER_AGENT=bad)
    more = {{"content_type": kind}} if kind else {{}}
    answer = client.post(reverse(name, kwargs=of or None), fields, **more)
    if answer.status_code >= 400:
        refused.append([name, answer.status_code, answer.content.decode()[:300]])

house = OrganizationFactory.create(name=bad[:110])
agent, other, manager = (UserFactory.create(role=role, organization=house)
                         for role in ("agent", "agent", "manager"))
root = UserFactory.create(role="superadmin", organization=None)
team = TeamFactory.create(organization=house, name=bad)
team.members.add(agent, other)
team.managers.add(manager)
campaign = CampaignFactory.create(organization=house)
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
cell = '"' + bad.replace('"', '""') + '"'
table = f"{{cell}},Phone\\n{{cell}},2125550123\\n"
reason = breaks.ensure(house)[0]
presence.open_session(agent)
json = "application/json"
of_all = Cast(house, team, agent, manager, manager, root)
form = FILLED["campaigns:edit"](of_all, manager) | {{"name": bad, "script": bad}}
scope, file = ["campaigns.add_lead"], SimpleUploadedFile("<img src=x>.csv", table.encode())
for user in (agent, other, manager):
    door(user, "accounts:profile", {{"name": bad, "timezone": "UTC"}})
door(agent, "calls:add_note", {{"body": bad}}, ref=call.public_id)
door(other, "calls-api:calls", {{"id": str(uuid4()), "direction": "inbound",
     "number": "+12125550144", "peer_name": bad}}, json)
door(manager, "campaigns:edit", form, pk=campaign.pk)
door(manager, "campaigns:create", form | {{"name": f"Another {{bad}}"}})
door(manager, "campaigns:dispositions", {{"new-label": bad[:60], "new-key": ""}})
door(manager, "campaigns-api:upload", {{"campaign": campaign.pk, "file": file}})
door(manager, "campaigns-api:leads", {{"campaign": campaign.pk, "phone": "+12125550155",
     "name": bad, "company": bad, "remarks": bad, "custom": {{bad[:60]: bad}}}}, json)
door(manager, "campaigns-api:suppression", {{"phone": "+12125550199", "reason": bad}}, json)
door(manager, "accounts:break_edit", {{"label": bad[:64]}}, pk=reason.pk)
door(manager, "accounts:move_seat", {{"to": "break", "reason": reason.code, "because": bad}},
     pk=agent.pk)
door(manager, "accounts:my_tokens", {{"name": bad[:60], "scopes": scope, "lasts": "90",
     "password": PASSWORD}})
sheet = LeadSheet.objects.filter(campaign=campaign).latest("pk")
put(sheet, name=bad)
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
          "paths": paths, "password": PASSWORD, "refused": refused}}
"""


@pytest.fixture(scope="module")
def poisoned(server: Server) -> dict[str, Any]:
    """An organization in which every text is an attack; its readers, and their pages."""
    found: dict[str, Any] = server.python(POISON.format(payload=PAYLOAD))
    assert found["refused"] == [], "The doors let text in; it is the pages that make it harmless."
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
