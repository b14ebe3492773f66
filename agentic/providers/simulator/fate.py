"""What becomes of a simulated dial, by its number's last digits or by lot. Pure.

The last three digits decide, so that a demonstration can dial whom it wants to meet:

    …486 busy   …480 and …408 no answer   …404 no such number   …503 the line fails   …603 rejected
    …101 interested         …102 has no time      …103 the wrong person
    …104 wants no calls     …105 a mailbox        …106 call screening
    …107 a telephone menu   …108 wants a person   …109 asks for another day
    …110 says nothing at all

Any other number's fate is drawn by the seed of its run, the number, and how often it was dialed.
"""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Persona(StrEnum):
    """Who or what picks up."""

    INTERESTED = "interested"
    BUSY = "busy"
    WRONG_PERSON = "wrong_person"
    OPT_OUT = "opt_out"
    VOICEMAIL = "voicemail"
    SCREENING = "screening"
    IVR = "ivr"
    WANTS_PERSON = "wants_person"
    CALLBACK = "callback"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Fate:
    """Who picks up, or else the SIP status with which the dial ends."""

    persona: Persona | None
    sip_status: int = 0


_LINE: Final = (486, 480, 408, 404, 503, 603)
_BY_DIGITS: Final = {
    **{str(status): Fate(None, status) for status in _LINE},
    **{str(101 + place): Fate(persona) for place, persona in enumerate(Persona)},
}
# In a hundred dials to strangers.
_SHARES: Final = (
    (Fate(None, 480), 18),
    (Fate(None, 408), 6),
    (Fate(None, 486), 6),
    (Fate(None, 404), 3),
    (Fate(None, 603), 3),
    (Fate(None, 503), 1),
    (Fate(Persona.VOICEMAIL), 16),
    (Fate(Persona.SCREENING), 3),
    (Fate(Persona.IVR), 3),
    (Fate(Persona.WRONG_PERSON), 5),
    (Fate(Persona.OPT_OUT), 4),
    (Fate(Persona.BUSY), 9),
    (Fate(Persona.CALLBACK), 6),
    (Fate(Persona.WANTS_PERSON), 4),
    (Fate(Persona.INTERESTED), 12),
    (Fate(Persona.SILENT), 1),
)


def chance(seed: int, number: str, attempt: int) -> random.Random:
    """The lots of one dial: the same for the same seed, number and attempt."""
    return random.Random(f"{seed}:{number}:{attempt}")  # noqa: S311  # a play, no secret


def of(number: str, lots: random.Random) -> Fate:
    """What becomes of a dial to a number."""
    if found := _BY_DIGITS.get(number[-3:]):
        return found
    fates, shares = zip(*_SHARES, strict=True)
    drawn: Fate = lots.choices(fates, shares)[0]
    return drawn
