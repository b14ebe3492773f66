"""A voice's day on the simulator: written, published, run, watched, ended, taken over, heard."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e import floor
from tests.e2e.browser import Person
from tests.e2e.floor import WAIT_MS
from tests.e2e.server import Server, serving

pytestmark = pytest.mark.e2e

NAME = "Cloud survey by voice"
# Their last digits tell the simulator who they are: see its casting.
PROSPECTS = {
    "Ivy Interested": "+12125552101",
    "Pia Person": "+12125552109",
    "Max Mailbox": "+12125552105",
    "Bo Busy": "+12125552486",
}
HOUSE = f"""
from uuid import uuid4
from django.utils import timezone
from campaigns import consents, dispositions
from tests.factories import *

house = OrganizationFactory.create(name=uuid4().hex)
dispositions.ensure_defaults(house)
team = TeamFactory.create(organization=house)
manager, agent = [
    UserFactory.create(role=role, name=name, organization=house, email=f"{{uuid4().hex}}@a.test")
    for role, name in (("manager", "Mia Boss"), ("agent", "Ava Taker"))
]
team.managers.add(manager)
team.members.add(agent)
TrunkFactory.create(organization=house, name="Line 1")
work = CampaignFactory.create(organization=house, mode="preview")
work.teams.add(team)
terms = consents.Terms("marketing", "ai", "written", "form", timezone.now())
for phone in {list(PROSPECTS.values())!r}:
    consents.grant(house, phone, terms, now=timezone.now())
answer = [manager.email, agent.email, PASSWORD, work.pk, team.pk]
"""
AT_ANY_HOUR = """
from campaigns import editing
from campaigns.models import CallingRule, Campaign
rows = Campaign.objects.filter(pk={campaign})
rows.get().teams.add({team})
rows.update(window_start="00:00", window_end="23:59:59.999999")
CallingRule.objects.filter(organization=rows.get().organization, kind="hours").delete()
editing.rules_changed(rows.get().organization_id)
answer = None
"""
LEADS = """
from campaigns.models import Lead
answer = dict(Lead.objects.filter(campaign={campaign}).values_list("name", "status"))
"""
READY = """async ([campaign, token]) => {
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  const body = JSON.stringify({campaigns: [campaign]});
  return (await fetch("/api/presence/ready", {method: "POST", headers, body})).status;
}"""


@dataclass
class House:
    """Who works there, and where."""

    manager: str
    agent: str
    password: str
    work: int
    team: int


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation whose simulated calls run three times as fast as life."""
    folder = tmp_path_factory.mktemp("voice")
    speed = {"DIALER_AGENTIC_SIMULATOR_SPEED": "3"}
    with serving(folder, telephone=False, **speed) as running:
        yield running


def write_and_publish(boss: Person) -> int:
    """Makes the campaign with its wording on its pages; returns its id."""
    page = boss.page
    boss.open("/ai/new/")
    page.locator("main input[name=name]").fill(NAME)
    page.get_by_label("Who the voice is").fill("You are Ada, who calls for Northwind.")
    page.get_by_label("How the talk goes").fill("Greet [Prospect Nam] and ask.")
    page.locator("main form button.btn-primary").last.click()
    expect(page.get_by_role("alert").get_by_text("Some fields are not right.")).to_be_visible()
    page.get_by_label("How the talk goes").fill('Greet {{ name | "you" }} and ask the questions.')
    page.locator("main select[name=trunk]").select_option(label="Line 1")
    page.locator("input[name=question-0-text]").fill("Who looks after cloud security?")
    assert boss.accessibility_faults() == []
    page.locator("main form button.btn-primary").last.click()
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    boss.errors.clear()  # the browser complained of the refusal
    campaign = int(re.findall(r"/ai/(\d+)/", page.url)[0])
    boss.open(f"/ai/{campaign}/versions/")
    page.get_by_label("What is new").fill("The first words.")
    page.get_by_role("button", name="Publish the draft").click()
    expect(page.get_by_text("Version 1 is published.").first).to_be_visible()
    assert boss.accessibility_faults() == []
    return campaign


def upload(boss: Person, campaign: int, folder: Path) -> None:
    """Brings the list in, through its own pages."""
    sheet = folder / "prospects.csv"
    rows = [f"{name},{phone},Northwind" for name, phone in PROSPECTS.items()]
    sheet.write_text("\n".join(["Name,Phone,Company", *rows]))
    page = boss.page
    boss.open(f"/campaigns/{campaign}/upload/")
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_role("button", name=re.compile("Upload")).last.click()
    page.get_by_role("button", name=re.compile("Import")).last.click()


def start(boss: Person, campaign: int) -> str:
    """Starts the campaign, then a run through its whole list; the address of the run."""
    page = boss.page
    boss.open(f"/ai/{campaign}/")
    page.get_by_role("main").get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="Start a run").click()
    expect(page.get_by_role("heading", name="Start a run")).to_be_visible()
    assert boss.accessibility_faults() == []
    page.get_by_role("button", name="Start calling").click()
    over = page.locator("section[aria-labelledby=over-title]")
    expect(over.get_by_text("Bo Busy")).to_be_visible(timeout=2 * WAIT_MS)
    assert boss.accessibility_faults() == []
    return page.url


def take_over(boss: Person, ava: Person) -> None:
    """The manager asks for a colleague; who is ready takes the call, and writes its result."""
    page = boss.page
    page.locator("section[aria-labelledby=live-title]").get_by_role(
        "link", name="Pia Person"
    ).click()
    said = page.get_by_label("Transcript").get_by_text("Voice").first
    expect(said).to_be_visible(timeout=WAIT_MS)
    assert boss.accessibility_faults() == []
    page.get_by_role("button", name="Ask a colleague to take over").click()
    ava.page.get_by_role("button", name="Take over").click(timeout=WAIT_MS)
    expect(ava.page.get_by_role("heading", name="Pia Person")).to_be_visible()
    assert ava.accessibility_faults() == []
    ava.page.get_by_role("main").get_by_role("button", name="Hang up").click()
    ava.page.get_by_text("Lead", exact=True).click(timeout=WAIT_MS)
    ava.page.get_by_role("button", name="Save and be ready").click()
    expect(ava.page.get_by_role("heading", name="Pia Person")).to_be_hidden()


def listen(boss: Person) -> None:
    """The talk with the interested one is over: its answers are there, its recording plays."""
    page = boss.page
    over = page.locator("section[aria-labelledby=over-title]")
    expect(over.get_by_text("Ivy Interested")).to_be_visible(timeout=6 * WAIT_MS)
    over.get_by_role("link", name="Ivy Interested").click()
    expect(page.get_by_label("Answers")).to_be_visible(timeout=WAIT_MS)
    expect(page.locator("audio-player")).to_be_visible(timeout=4 * WAIT_MS)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    assert boss.accessibility_faults() == []


def test_a_voice_calls_through_a_list_and_a_person_takes_over(
    quick: Server, someone: Callable[..., Person], tmp_path: Path
) -> None:
    house = House(*quick.python(HOUSE))
    boss, ava = someone(quick.url), someone(quick.url)
    boss.log_in(house.manager, house.password)
    campaign = write_and_publish(boss)
    quick.python(AT_ANY_HOUR.format(campaign=campaign, team=house.team))
    upload(boss, campaign, tmp_path)
    assert floor.until(lambda: len(quick.python(LEADS.format(campaign=campaign))) == 4)
    ava.log_in(house.agent, house.password)
    ava.open("/dial/")
    token = next(c["value"] for c in ava.context.cookies() if c["name"] == "csrftoken")
    assert ava.page.evaluate(READY, [house.work, token]) == 200

    run = start(boss, campaign)
    take_over(boss, ava)
    boss.page.goto(run)
    listen(boss)

    left = quick.python(LEADS.format(campaign=campaign))
    assert left["Ivy Interested"] == left["Pia Person"] == "finished"
    assert left["Bo Busy"] == "retry"
