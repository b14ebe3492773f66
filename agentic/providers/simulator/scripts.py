"""How simulated calls go, by who picks up. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from agentic.providers.simulator.acts import (
    Answers,
    Ends,
    Judges,
    Rings,
    Script,
    Speaks,
    Wait,
)
from agentic.providers.simulator.fate import Persona
from agentic.providers.simulator.scene import Scene

_ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "yes_no": ("yes", "no"),
    "number": ("3", "12", "25", "40"),
    "date": ("2026-12-01", "2027-01-15"),
    "text": (
        "we do it by hand today",
        "our own team takes care of it",
        "we are between two vendors",
        "we use a tool from another company",
    ),
}


def dial(scene: Scene) -> Script:
    """A call from the dial to its end."""
    lots, status = scene.lots, scene.fate.sip_status
    yield Wait(lots.uniform(0.6, 1.8))
    if status in (404, 486, 503):
        yield Ends("remote", sip_status=status)
        return
    yield Rings()
    if status == 408:
        yield Wait(scene.ring_s)
        yield Ends("local", "no_answer")
        return
    yield Wait(min(scene.ring_s, lots.uniform(2, 14) if not status else lots.uniform(8, 25)))
    if status:
        yield Ends("remote", sip_status=status)
        return
    yield Answers()
    yield from _PLAYS[scene.fate.persona or Persona.INTERESTED](scene)


def told(scene: Scene, message: str) -> Script:
    """A person's message to the voice, in the voice's words."""
    yield from scene.says("One more thing, if I may:", message)
    yield from scene.hears("Okay, noted.", "Let me think about that.", "Sure.")


def taken_over(scene: Scene, person: str) -> Script:
    """The voice introduces a person and leaves; the called talks to them for a while."""
    yield from scene.says(f"I am putting you through to {person} now. Thank you for your patience.")
    yield from scene.hears("Thank you. Hello?")
    for text in ("Yes, I can hear you well.", "That sounds good.", "All right, let us do that."):
        yield Wait(scene.lots.uniform(6, 12))
        yield Speaks("customer", text)
    yield Wait(scene.lots.uniform(10, 20))
    yield from scene.hears("Thanks for your help. Goodbye.")
    yield Ends("remote")


def cut_off(scene: Scene) -> Script:
    """The longest talk is over."""
    yield from scene.says("I have to end our call here. Thank you for your time. Goodbye.")
    yield Ends("local", "max_length")


def _greeted(scene: Scene) -> Script:
    """A person, and the voice's first words."""
    yield from scene.hears("Hello?", "Yes, hello.", "Hi, who is this?")
    yield Judges("human")
    yield from _opened(scene)


def _opened(scene: Scene) -> Script:
    """The voice's first words; what must be said first greets by itself."""
    asked = f"Am I speaking with {scene.name}?" if scene.name else "Do you have a minute?"
    greeting = scene.disclosure or "Good day."
    yield from scene.says(greeting, f"I am calling about {scene.topic}.", asked)


def _interested(scene: Scene) -> Script:
    yield from _greeted(scene)
    yield from scene.hears("Yes, that's me. Go ahead.", "Speaking. What is it about?")
    yield from _asked(scene)
    yield from scene.says("That helps a lot. Shall I send you the details?")
    yield from scene.hears("Yes, please do.", "Sure, send it over.")
    if scene.email and "confirm_email" in scene.tools:
        yield from scene.says(f"I have {scene.email} as your address. Is that right?")
        yield from scene.hears("Yes, that is right.")
        yield from scene.uses("confirm_email", email=scene.email)
    yield from scene.decides(success=True)
    yield from scene.part("Wonderful. You will hear from us. Have a good day.", "You too, bye.")


def _asked(scene: Scene) -> Script:
    """The campaign's questions, with an answer to each."""
    for question in scene.questions:
        answer = _answer(scene, question)
        yield from scene.says(str(question.get("text", "")))
        yield from scene.hears(_spoken(answer))
        yield from scene.uses("record_answer", key=str(question["key"]), answer=answer)


def _answer(scene: Scene, question: Mapping[str, Any]) -> str:
    choices = [str(choice) for choice in question.get("choices") or ()]
    kind = str(question.get("kind", "text"))
    return scene.lots.choice(choices or list(_ANSWERS.get(kind, _ANSWERS["text"])))


def _spoken(answer: str) -> str:
    return {"yes": "Yes, we do.", "no": "No, not at the moment."}.get(answer, f"Well, {answer}.")


def _busy(scene: Scene) -> Script:
    yield from _greeted(scene)
    yield from scene.hears("I'm in a meeting, I can't talk.", "Not now, I am driving.")
    yield from scene.decides("busy", "later", finished=False)
    yield from scene.part("Of course, I will not keep you. Goodbye.", "Okay, bye.")


def _callback(scene: Scene) -> Script:
    yield from _greeted(scene)
    at = scene.another_day()
    yield from scene.hears(f"It is a bad moment. Try me on {at:%A at %H:%M}.")
    reply = yield from scene.uses("schedule_callback", when_local=f"{at:%Y-%m-%dT%H:%M}")
    if reply.refused:
        yield from scene.part("I will pass that on to my colleagues. Goodbye.")
        return
    yield from scene.part(f"I will call you on {at:%A at %H:%M}. Goodbye.", "Great, bye.")


def _wrong_person(scene: Scene) -> Script:
    yield from _greeted(scene)
    yield from scene.hears("No, you have the wrong number.", "There is nobody of that name here.")
    yield from scene.decides("wrong", success=False, finished=True)
    yield from scene.part("I am sorry to have disturbed you. Goodbye.", "No problem.")


def _opt_out(scene: Scene) -> Script:
    """Some voices forget the tool: then the words alone must do."""
    yield from _greeted(scene)
    yield Wait(0.2)
    angry = "Stop calling me! Take me off your list, right now."
    yield Speaks("customer", angry)
    if scene.lots.random() < 0.5:
        yield from scene.uses("mark_do_not_call")
    yield from scene.says("I am sorry. You will not be called again. Goodbye.")
    yield Ends("remote")


def _wants_person(scene: Scene) -> Script:
    yield from _greeted(scene)
    yield from scene.hears("I would rather talk to a real person.", "Can I speak to a human?")
    reply = yield from scene.uses("send_to_human", reason="They asked for a person.")
    if not reply.refused:
        yield from scene.says("One moment, please. I am asking a colleague.")
        # Who takes it over tells the voice, which then leaves this script.
        yield Wait(scene.patience_s)
    at = scene.another_day()
    yield from scene.says(
        f"Nobody is free right now. May a colleague call you on {at:%A at %H:%M}?"
    )
    yield from scene.hears("Yes, do that.")
    yield from scene.uses("schedule_callback", when_local=f"{at:%Y-%m-%dT%H:%M}")
    yield from scene.part("Then until that day. Goodbye.")


def _voicemail(scene: Scene) -> Script:
    whose = scene.name or "this number"
    yield Wait(0.6)
    greeting = f"You have reached the mailbox of {whose}. Please leave a message after the tone."
    yield Speaks("customer", greeting)
    yield Judges("voicemail")
    reply = yield from scene.uses("detected_voicemail")
    if scene.voicemail == "message" and scene.voicemail_text and not reply.ends_call:
        yield Wait(1.0)
        yield Speaks("agent", scene.voicemail_text)
    yield Ends("local", "machine")


def _silent(scene: Scene) -> Script:
    """Somebody picks up and nobody speaks: the voice asks once, and then leaves."""
    yield from _opened(scene)
    yield Wait(scene.silence_s)
    yield from scene.says("Hello, are you there?")
    yield Wait(scene.silence_s)
    yield from scene.says("I cannot hear you. I wish you a good day. Goodbye.")
    yield Ends("local")


def _screening(scene: Scene) -> Script:
    """A machine asks who calls; half of those whom it asks take the call."""
    yield Wait(0.5)
    yield Speaks("customer", "Please say your name and why you are calling. Your call is screened.")
    yield Judges("screening")
    yield from scene.says(scene.disclosure, f"It is about {scene.topic}.")
    yield Wait(scene.lots.uniform(3, 6))
    if scene.lots.random() < 0.5:
        yield from scene.hears("The person you are calling is not available. Goodbye.")
        yield Ends("remote", "machine")
        return
    yield from _busy(scene)


def _ivr(scene: Scene) -> Script:
    yield Wait(0.4)
    yield Speaks("customer", "Thank you for calling. For sales, press one. For support, press two.")
    yield Judges("ivr")
    yield Wait(2.0)
    yield Speaks("customer", "To hear these options again, press nine.")
    yield from scene.uses("end_call")
    yield Ends("local", "machine")


_PLAYS: Final[dict[Persona, Callable[[Scene], Script]]] = {
    Persona.INTERESTED: _interested,
    Persona.BUSY: _busy,
    Persona.WRONG_PERSON: _wrong_person,
    Persona.OPT_OUT: _opt_out,
    Persona.VOICEMAIL: _voicemail,
    Persona.SCREENING: _screening,
    Persona.IVR: _ivr,
    Persona.WANTS_PERSON: _wants_person,
    Persona.CALLBACK: _callback,
    Persona.SILENT: _silent,
}
