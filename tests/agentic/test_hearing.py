"""Who picked up, by their first words; people are never taken for machines."""

import pytest

from agentic.worker import hearing


@pytest.mark.parametrize(
    "line",
    [
        "Hi, you've reached Tom. Please leave a message after the tone.",
        "The person you are calling is not available to take your call. Record your message.",
        "Your call has been forwarded to voicemail.",
        "Your call has been forwarded to an automated voice mail system.",
        "The party you are trying to reach is not available.",
        "You have reached the mailbox of Ann Li.",
        "Guten Tag, bitte hinterlassen Sie eine Nachricht nach dem Signal.",
        "Bonjour, laissez un message après le bip.",
        "Por favor, deje un mensaje después del tono.",
    ],
)
def test_a_voicemail_gives_itself_away(line: str) -> None:
    assert hearing.picked_up([line]) == "voicemail"


@pytest.mark.parametrize(
    "lines",
    [
        ["Hi, this is Bob.", "Leave your name and number after the beep."],
        ["Hi.", "You've reached Tom.", "Please leave a message."],
        ["Ann Li.", "At the tone, please record your message."],
        ["Hallo, hier ist Tom.", "Sprechen Sie nach dem Piep."],
    ],
)
def test_a_greeting_that_sounds_like_a_person_at_first_is_known_by_what_follows(
    lines: list[str],
) -> None:
    assert hearing.picked_up(lines[:1]) == "human"
    assert hearing.picked_up(lines) == "voicemail"


@pytest.mark.parametrize(
    "line",
    [
        "Record your name and reason for calling, I'll see if this person is available.",
        "Hi, the person you're calling is using a screening service.",
        "Bitte nennen Sie Ihren Namen und den Grund Ihres Anrufs.",
    ],
)
def test_a_call_screen_is_no_voicemail(line: str) -> None:
    assert hearing.picked_up([line]) == "screening"


@pytest.mark.parametrize(
    "line", ["For sales, press one.", "Thank you for calling. Please listen carefully."]
)
def test_a_menu_is_heard(line: str) -> None:
    assert hearing.picked_up([line]) == "ivr"


@pytest.mark.parametrize(
    "lines",
    [
        ["Hello?"],
        ["Yes, this is Tom speaking, who's this?"],
        ["I'm not available right this second, call me on Tuesday."],
        ["I got your message yesterday."],
        ["Hello?", "John is not available right now, can I help you?"],
        ["Can you send me a voicemail instead?"],
        ["I was just checking my voicemail."],
        ["Müller, guten Tag."],
        ["Hello?", "Sorry, I can't take your call right now."],
        ["Yes?", "She is out. Do you want to leave a message?"],
        ["Ann is not in, would you like to leave a message?"],
        ["You can leave a message with me."],
        ["Hello?", "Please, this is the voicemail department, who is it?"],
        ["Yes?", "Listen carefully, I told you not to call."],
        ["Hallo?", "Der Anrufbeantworter ist kaputt, sprechen Sie mit mir."],
        ["hello", "yes", "sure", "and then leave a message after the tone, my secretary said"],
    ],
)
def test_a_person_is_a_person(lines: list[str]) -> None:
    assert hearing.picked_up(lines) == "human"


def test_before_anything_is_heard_nothing_is_known() -> None:
    assert hearing.picked_up([]) is None
    assert hearing.picked_up(["  "]) is None


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("I'm sorry, I didn't catch that.", True),
        ("Das habe ich nicht verstanden.", True),
        ("Great, Tuesday it is.", False),
        ("I understand, thank you.", False),
    ],
)
def test_a_voice_that_does_not_understand_says_so(line: str, lost: bool) -> None:
    assert hearing.is_lost(line) is lost
