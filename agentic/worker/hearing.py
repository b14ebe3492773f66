"""What the first words tell of who picked up, and whether a talk goes round in circles. Pure.

Nothing waits for this: the voice greets at once, and learns afterwards that it greeted a machine.
"""

import re

from agentic.models import AiCall

By = AiCall.AnsweredBy
# English, German, French, Spanish; a wrong "voicemail" would hang up on a person, so that only
# words are here which people do not say in the midst of a talk.
_SURELY_VOICEMAIL = (
    r"please leave (?:me |us )?(?:a|your) (?:message|name)",
    r"leave (?:me |us )?(?:a|your) (?:message|name)[\w ,']{0,40}(?:after|at) the (?:tone|beep)",
    r"(?:record|speak|leave|message|name|number)\b[\w ,']{0,40} (?:after|at) the (?:tone|beep)",
    r"(?:after|at) the (?:tone|beep)[ ,]{1,2}(?:please|record|leave)",
    r"record your message",
    r"mailbox (?:is full|has not been)",
    r"hinterlassen sie|nach dem (?:signal|piep|ton)",
    r"laissez (?:un|votre|moi un) message|après le (?:bip|signal)",
    r"deje (?:un|su) mensaje|después (?:del tono|de la señal)",
)
# Nor these, as the first that is heard; later a person may say them of somebody who is away.
_VOICEMAIL = (
    *_SURELY_VOICEMAIL,
    r"(?<!\bto )(?<!\bcan )leave (?:me |us )?(?:a|your) message",
    r"(?:after|at) the (?:tone|beep)",
    r"(?:reached|forwarded to|transferred to|this is) (?:[\w']+ ){0,4}"
    r"(?:voice ?mail|mailbox|answering machine)",
    r"(?:voice ?mail|mailbox) (?:of|is full|has not been)",
    r"(?:can'?t|cannot|unable to) (?:take|answer) your call",
    r"(?:person|party|subscriber|customer|calling|reach|dialed)\b[\w' ]{0,20}"
    r" (?:is|are) not available",
    r"anrufbeantworter|mobilbox|sprachnachricht",
    r"répondeur|messagerie vocale",
    r"buzón de voz|contestador",
)
_SCREENING = (
    r"(?:record|say|state) your name and (?:the )?reason (?:for|why)",
    r"(?:who is|who'?s) (?:calling|this).{0,40}(?:see if|before).{0,40}(?:available|connect)",
    r"screening (?:service|this call|your call)|call screen|google assistant",
    r"see if this person is available|using a screening service",
    r"nennen sie (?:bitte )?ihren namen und den grund",
    r"dites votre nom et (?:la raison|le motif)",
    r"diga su nombre y (?:el motivo|la razón)",
)
_MENU = (
    r"(?:press|dial|for \w[\w ]{0,30},? press) (?:\d|one|two|three|zero|star|pound)",
    r"para español",
    r"(?:your call is important|menu options|following options|please listen carefully)",
    r"drücken sie (?:die )?(?:\d|eins|zwei|drei|null)",
    r"(?:appuyez|tapez) (?:sur )?(?:le )?\d",
    r"(?:marque|pulse|oprima) (?:el )?\d",
)
_LOST = (
    r"(?:didn'?t|did not|couldn'?t|could not) (?:quite )?(?:catch|understand|hear)",
    r"(?:say|repeat) that (?:again|once more)|could you repeat|come again\b|pardon\?",
    r"nicht (?:ganz )?(?:verstanden|gehört)|können sie das wiederholen",
    r"(?:pas|mal) (?:bien )?(?:compris|entendu)|pouvez-vous répéter",
    r"no (?:le |lo )?(?:he )?(?:entendí|entendido|oí)|puede repetir",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SURE = (
    (By.SCREENING, _any(_SCREENING)),
    (By.VOICEMAIL, _any(_SURELY_VOICEMAIL)),
    (By.IVR, _any(_MENU)),
)
_AT_FIRST = (*_SURE, (By.VOICEMAIL, _any(_VOICEMAIL)))
_LOST_RE = _any(_LOST)
# Whoever speaks about something else for so long is a person, whatever comes later.
SURE_AFTER_LINES = 3


def picked_up(lines: list[str]) -> By | None:
    """Who picked up, by what was heard so far; None while nothing was.

    Whose first line was a person's is a machine only if what follows is surely a machine's.
    """
    said = [" ".join(line.split()) for line in lines if line.strip()][:SURE_AFTER_LINES]
    if not said:
        return None
    for text, kinds in ((said[0], _AT_FIRST), (" ".join(said), _SURE)):
        for kind, pattern in kinds:
            if pattern.search(text):
                return kind
    return By.HUMAN


def is_lost(line: str) -> bool:
    """Whether the voice says that it did not understand."""
    return bool(_LOST_RE.search(line))
