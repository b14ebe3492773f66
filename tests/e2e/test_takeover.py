"""A person takes a call over from a real voice, at a browser: they talk, and are heard."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from livekit import api
from livekit.api.access_token import Claims
from livekit.protocol import models, sip
from playwright.sync_api import ConsoleMessage, Dialog, expect

from tests.e2e import floor
from tests.e2e.browser import Person
from tests.e2e.floor import WAIT_MS
from tests.e2e.server import Server, serving
from tests.e2e.test_voice import READY
from tests.standins.voice.guest import Guest
from tests.standins.voice.livekit import Room
from tests.standins.voice.serving import Loop
from tests.standins.voice.serving import serving as standing_in
from tests.standins.voice.sfu import Sfu
from tests.standins.voice.signing import KEY, SECRET

pytestmark = pytest.mark.e2e

HOUSE = """
from uuid import uuid4
from campaigns import dispositions
from tests.factories import *

house = OrganizationFactory.create(name=uuid4().hex)
dispositions.ensure_defaults(house)
team = TeamFactory.create(organization=house)
agent = UserFactory.create(name="Ava Taker", organization=house, email=f"{uuid4().hex}@a.test")
manager = UserFactory.create(role="manager", organization=house)
team.managers.add(manager)
team.members.add(agent)
work = CampaignFactory.create(organization=house, mode="preview")
work.teams.add(team)
answer = [agent.email, PASSWORD, work.pk, house.pk]
"""
# As the worker tells it.
CALL = """
from django.utils import timezone
from accounts.models import Organization, User
from agentic import handover, sink
from agentic.models import AgenticCampaign, AiCall
from agentic.providers.livekit import identity_of, room_of
from tests.agentic.voices import claimed
from tests.factories import AgenticFactory, CampaignFactory, RunFactory

house = Organization.objects.get(pk={house})
agent = User.objects.get(organization=house, role="agent")
manager = User.objects.get(organization=house, role="manager")
campaign = CampaignFactory.create(organization=house, mode="ai")
campaign.teams.set(agent.teams.all())
run = RunFactory.create(campaign=AgenticFactory.create(campaign=campaign).campaign)
run.provider = "livekit"
run.save()
now = timezone.now()
ai = claimed(run, now=now, name="Pia Person", company="Northwind")
sink.take(ai.pk, now)
sink.answered(ai.pk, now)
handover.ask(manager, AiCall.objects.get(pk=ai.pk))
answer = [ai.pk, room_of(ai), agent.pk, identity_of(agent.pk)]
"""
JOINED = """
from django.utils import timezone
from agentic import handover
answer = handover.joined({call}, {agent}, timezone.now())
"""
STATE = """
from agentic.models import AiCall
ai = AiCall.objects.select_related("call").get(pk={call})
answer = [ai.state, ai.call.status, ai.call.ended_by, [each.state for each in ai.hand_overs.all()]]
"""
HEARS = """async () => {
  const audio = new AudioContext();
  const meter = new AnalyserNode(audio, {fftSize: 2048});
  for (const {srcObject} of document.querySelectorAll("audio")) {
    if (srcObject) new MediaStreamAudioSourceNode(audio, {mediaStream: srcObject}).connect(meter);
  }
  const samples = new Float32Array(2048), until = Date.now() + 10000;
  while (Date.now() < until) {
    meter.getFloatTimeDomainData(samples);
    if (samples.some((each) => Math.abs(each) > 0.05)) return true;
    await new Promise((done) => setTimeout(done, 20));
  }
  return false;
}"""
NO_MICROPHONE = """void (navigator.mediaDevices.getUserMedia =
  () => Promise.reject(new DOMException("Permission denied", "NotAllowedError")))"""
EVERYTHING = Claims(
    video=api.VideoGrants(room_create=True), sip=api.SIPGrants(call=True, admin=True)
)


@dataclass
class Call:
    """A call that a voice talks in, and where."""

    pk: int
    room: str
    agent: int
    identity: str


class Stage:
    """An installation beside the server of the rooms."""

    def __init__(self, server: Server, sfu: Sfu, loop: Loop) -> None:
        self.server, self.sfu, self.loop = server, sfu, loop

    def call(self, house: int) -> Call:
        """Somebody has answered a voice, which asks for a person."""
        call = Call(*self.server.python(CALL.format(house=house)))
        self.sfu.rooms[call.room] = Room(models.Room(sid="RM_1", name=call.room))
        asked = sip.CreateSIPParticipantRequest(
            sip_call_to="+12025550111", room_name=call.room, participant_identity="lead"
        )
        self.loop(self.sfu.dial(asked, EVERYTHING))
        self.voice = models.ParticipantInfo(
            sid="PA_voice",
            identity="voice-1",
            kind=models.ParticipantInfo.Kind.AGENT,
            state=models.ParticipantInfo.State.ACTIVE,
            tracks=[models.TrackInfo(sid="TR_voice", type=models.TrackType.AUDIO)],
        )
        self.loop(self.sfu.join(self.sfu.rooms[call.room], self.voice))
        return call

    def guest(self, call: Call) -> Guest:
        """The person in the room."""
        assert floor.until(lambda: bool(self.sfu.guests.get(call.room)))
        return self.sfu.guests[call.room][-1]

    def is_heard(self, call: Call) -> bool:
        """Whether the called hears the person in the next seconds."""
        guest = self.guest(call)
        before = len(guest.loud)
        return floor.until(lambda: any(loud for _, loud in guest.loud[before:]))

    def state(self, call: Call) -> list[object]:
        """How the call stands in the house."""
        found: list[object] = self.server.python(STATE.format(call=call.pk))
        return found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An installation with LiveKit's stand-in."""
    sfu = Sfu(answer_after_s=0.1)
    with standing_in(sfu) as loop:
        keys = {"LIVEKIT_URL": sfu.url, "LIVEKIT_API_KEY": KEY, "LIVEKIT_API_SECRET": SECRET}
        folder = tmp_path_factory.mktemp("takeover")
        with serving(folder, telephone=False, GOOGLE_API_KEY="tests-only", **keys) as server:
            sfu.hook_url = f"{server.url}/api/agentic/livekit/webhook"
            yield Stage(server, sfu, loop)


def ready(stage: Stage, someone: Callable[..., Person]) -> tuple[Person, int]:
    """Somebody who waits for calls, and their house."""
    email, password, work, house = stage.server.python(HOUSE)
    ava = someone(stage.server.url)
    ava.log_in(email, password)
    ava.open("/dial/")
    token = next(c["value"] for c in ava.context.cookies() if c["name"] == "csrftoken")
    assert ava.page.evaluate(READY, [work, token]) == 200
    return ava, house


def accept(ava: Person) -> None:
    """Takes the call that rings; the client asks for a newer protocol first, and complains."""
    ava.page.remove_listener("console", ava.note)
    ava.page.on("console", lambda told: None if "/rtc/v1" in _where(told) else ava.note(told))
    ava.page.get_by_role("button", name="Take over").click(timeout=WAIT_MS)
    expect(ava.page.get_by_role("heading", name="Pia Person")).to_be_visible()


def _where(told: ConsoleMessage) -> str:
    return f"{told.text} {told.location.get('url', '')}"


def says(ava: Person, words: str) -> None:
    """What the line says within a while."""
    line = ava.page.locator("call-line [data-line=words]")
    expect(line).to_contain_text(words, timeout=WAIT_MS)


def test_who_takes_a_call_over_talks_with_the_called(
    stage: Stage, someone: Callable[..., Person]
) -> None:
    ava, house = ready(stage, someone)
    call = stage.call(house)
    accept(ava)
    says(ava, "The voice introduces you")
    assert stage.state(call)[3] == ["joining"]
    assert stage.server.python(JOINED.format(call=call.pk, agent=call.agent)) is True

    # Both hear each other.
    assert stage.is_heard(call)
    stage.sfu.phones[call.room].speak(6)
    assert ava.page.evaluate(HEARS)

    # The voice has left, the microphone goes off and on.
    del stage.voice.tracks[:]
    stage.loop(stage.sfu.tell_room(stage.sfu.rooms[call.room], stage.voice))
    says(ava, "You are talking with Pia Person")
    assert ava.accessibility_faults() == []
    ava.page.keyboard.press("Alt+KeyM")
    says(ava, "Your microphone is off")
    assert floor.until(lambda: stage.guest(call).info.tracks[0].muted)
    ava.page.get_by_role("button", name="Mute").click()
    assert stage.is_heard(call)

    goes_elsewhere(ava)
    breaks(stage, call, ava)

    # The called hangs up; the voice's process closes the room, as it still minds the call.
    stage.loop(stage.sfu.hang_up(call.room))
    stage.loop(stage.sfu.delete_room(api.DeleteRoomRequest(room=call.room), EVERYTHING))
    says(ava, "The call is over. Your microphone is off.")
    ava.page.get_by_text("Lead", exact=True).click(timeout=WAIT_MS)
    ava.page.get_by_role("button", name="Save and be ready").click()
    expect(ava.page.get_by_role("heading", name="Pia Person")).to_be_hidden()
    assert stage.state(call) == ["over", "wrapped_up", "customer", ["accepted"]]


def goes_elsewhere(ava: Person) -> None:
    """Another page of the house takes the line along; leaving the house asks first."""
    page = ava.page
    page.locator("#sidebar-links").get_by_role("link", name="Calls").click()
    expect(page).to_have_url(re.compile("/calls/"))
    expect(page.locator("call-line").get_by_role("button", name="Hang up")).to_be_visible()
    assert ava.accessibility_faults() == []
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.evaluate("location.reload()")
    assert floor.until(lambda: page.evaluate("true") and asked == ["beforeunload"])
    page.get_by_role("link", name="Go to the call").click()
    expect(page.get_by_role("heading", name="Pia Person")).to_be_visible()
    expect(page.locator("call-line")).to_have_count(1)
    says(ava, "You are talking with Pia Person")


def breaks(stage: Stage, call: Call, ava: Person) -> None:
    """The connection is lost for good, or the page is loaded anew, and they join again."""
    lost = models.DisconnectReason.SERVER_SHUTDOWN
    stage.loop(stage.sfu.dismiss(call.room, call.identity, lost))
    says(ava, "is lost")
    ava.page.get_by_role("button", name="Rejoin").click()
    says(ava, "You are talking with Pia Person")
    assert stage.is_heard(call)
    ava.page.once("dialog", lambda dialog: dialog.accept())
    ava.page.reload()
    says(ava, "You are talking with Pia Person")
    assert stage.is_heard(call)
    expect(ava.page.get_by_text("You have a call in another browser.")).to_be_hidden()


def test_without_a_microphone_the_call_is_left_to_the_voice(
    stage: Stage, someone: Callable[..., Person]
) -> None:
    ava, house = ready(stage, someone)
    call = stage.call(house)
    ava.page.evaluate(NO_MICROPHONE)
    accept(ava)

    says(ava, "may not use your microphone")
    assert ava.accessibility_faults() == []
    ava.page.get_by_role("button", name="Leave it to the voice").click()

    expect(ava.page.get_by_text("The voice goes on with the call.")).to_be_visible()
    assert stage.state(call)[3] == ["missed"]
    assert call.room not in stage.sfu.guests
