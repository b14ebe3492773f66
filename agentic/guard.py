"""Hears "stop calling me", whatever the voice makes of it. Pure.

It rather hears it once too often: a person who is not called again can still be asked, one who is
called again cannot be un-called (47 CFR 64.1200(a)(10): any reasonable words will do).
"""

import re
import unicodedata
from typing import Final

_OPT_OUT: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # English
        r"\b(stop|quit|cease) (calling|phoning|ringing|contacting|bothering|harassing)\b",
        r"\b(do not|don't|dont|never|not to) (ever )?(call|phone|ring|contact|bother) "
        r"(me|us|here|again|back|(this|my|our) (number|phone|cell|mobile|house|office|home))\b",
        r"\b(do not|don't|dont|no longer|never) (want|wish|need|like) (you|anybody|anyone|them) "
        r"to (ever )?(call|phone|ring|contact|bother)\b",
        r"\b(do not|don't|dont|no longer|never) (want|wish) "
        r"to be (phoned|rung|contacted|bothered)\b",
        r"\b(taken|removed|deleted) (off|from|out of) (your|the|this|that|all|any|every) "
        r"([\w-]+ )?(list|lists|database|system|records)\b",
        r"\b(take|remove|get|delete) (me|us|my (name|number)|our number|this number) "
        r"(off|from|out of)\b",
        r"\bdo[- ]not[- ]call list\b",
        r"\bno more (phone )?calls\b",
        r"\b(unsubscribe|opt(ing)? (me |us )?out)\b",
        r"\blose (my|this) number\b",
        r"\b(don't|do not|no longer) (want|wish) (to be called|(to (get|receive) )?"
        r"((any|more|your|these|further) )*(phone )?calls)\b",
        r"\bnever call\b",
        # German
        r"\b(rufen|ruf|ruft) (sie )?(mich|uns|hier|diese nummer) "
        r"(bitte )?(nicht|nie|niemals|nie wieder|bloss nicht)( mehr| wieder)?\b",
        r"\b(nicht|nie) (mehr|wieder) (bei (mir|uns) )?(anrufen|kontaktieren|belastigen)\b",
        r"\b(nicht|nie) (mehr|wieder) ([\w-]+ ){0,3}(angerufen|kontaktiert|belastigt) werden\b",
        r"\bkeine (weiteren |werbe)?anrufe( mehr)?\b",
        r"\b(streichen|loschen|entfernen|nehmen) sie (mich|uns|meine (nummer|daten)|"
        r"diese nummer|unsere nummer)\b",
        r"\b(horen|hor) (sie )?(endlich )?auf,? (mich |uns )?(hier )?anzurufen\b",
        r"\blassen sie mich (endlich )?in ruhe\b",
        # French
        r"\bne (me|nous|m'|m) ?(rappelez|appelez|telephonez|contactez) (plus|jamais)\b",
        r"\b(arretez|cessez) de (m'|me |nous )(appeler|rappeler|telephoner|contacter|harceler)",
        r"\b(retirez|enlevez|supprimez|effacez)[- ](moi|nous|mon numero|notre numero|ce numero)\b",
        r"\bplus (d'|aucun )appels?\b",
        r"\b(plus|jamais) etre (r?appele|contacte|derange|telephone)e?s?\b",
        r"\b(plus|jamais) que vous (m'|me |nous )(r?appeliez|contactiez|telephoniez)\b",
        # Spanish
        r"\bno (me|nos) (vuelva|vuelvan) a (llamar|contactar)\b",
        r"\bno (me|nos) (llame|llamen|contacte|contacten)( mas| nunca| otra vez)?\b",
        r"\b(deje|dejen|deja|paren|pare) de (llamarme|llamarnos|llamar|molestar(me|nos)?)\b",
        r"\b(quiteme|quitenme|borreme|borrenme|eliminen?me|saqueme|saquenme)\b",
        r"\bno mas llamadas\b",
        r"\bno quiero (recibir )?mas llamadas\b",
        r"\bno quiero que (me|nos) (llamen?|contacten?|vuelvan? a llamar)"
        r"(?! (antes|hoy|manana|el|a las))\b",
    )
)
# What sounds like it and means something else.
_MEANS_ELSE: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(please )?don't stop calling\b",
        r"\b(do not|don't|dont) (want you to )?(call|phone|ring|contact) (me|us|back) "
        r"(now|today|tomorrow|tonight|before|after|until|at (work|night|home|the office)|"
        r"on (my|the|mon|tues|wednes|thurs|fri|satur|sun)|this (week|morning|afternoon|evening))"
        # "Not today or ever again" says more.
        r"(?!( [\w'-]+){0,2} (ever|anymore|any more)\b)",
        r"\b(why|when|if|unless) (do(es)?n't|don't|did(n't)?) (you|they|he|she|somebody) "
        r"(call|phone|ring)\b",
        r"\bno me llame antes\b",
        r"\brufen sie mich nicht vor\b",
    )
)


def says_no(text: str) -> bool:
    """Whether somebody asks not to be called any more."""
    plain = _plain(text)
    for pattern in _MEANS_ELSE:
        plain = pattern.sub(" ", plain)
    return any(pattern.search(plain) for pattern in _OPT_OUT)


def _plain(text: str) -> str:
    """Lower case without accents, one space between words, one kind of apostrophe."""
    folded = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    bare = "".join(char for char in folded if not unicodedata.combining(char))
    return " ".join(re.sub(r"[^\w'\- ]+", " ", bare).split())
