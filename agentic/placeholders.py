"""Placeholders in what a voice is told: found, checked when a text is saved, filled for one lead.

Two spellings: `{{ name }}` with an optional `| "fallback"`, and `[Prospect Name]`. Braces and
square brackets stand for nothing else, so that none is ever left to be read aloud. Where a value
is missing its fallback stands; without one the whole sentence is left out.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

LONGEST_VALUE: Final = 300
LONGEST_TEXT: Final = 20_000
# Facts of a lead by their name, with the words for people.
FIELDS: Final[dict[str, str]] = {
    "name": "Name",
    "first_name": "First name",
    "last_name": "Last name",
    "job_title": "Job title",
    "job_level": "Job level",
    "company": "Company",
    "resource_name": "Resource name",
    "email": "E-mail",
    "phone": "Phone",
    "country": "Country",
    "region": "State or region",
    "postal_code": "Postal code",
    "timezone": "Time zone",
    "remarks": "Remarks",
}
BRACKETS: Final[dict[str, str]] = {
    "Prospect Name": "name",
    "Job Title": "job_title",
    "Company Name": "company",
    "Resource Name": "resource_name",
}
EMAIL: Final = "[____@abc.com]"
# Values stand between these in instructions, so that the model knows them for data.
MARKS: Final = ("\u2039", "\u203a")

_BRACKET: Final = {name.casefold(): field for name, field in BRACKETS.items()}
_PIECE = re.compile(
    r'\{\{\s*(?P<field>[a-z][a-z0-9_]{0,39})\s*(?:\|\s*"(?P<fallback>[^"{}\[\]\n]{0,200})"\s*)?\}\}'
    r"|\[(?P<bracket>[^\[\]{}\n]{1,60})\]"
    r"|(?P<stray>\{\{[^{}\n]{0,80}\}\}|[{}\[\]])"
)
_MAILBOX = re.compile(r"_+@[\w.-]+")
_ENDING = re.compile(r"[.!?\u2026]+[\"'\u201d\u2019)]*(?=\s|$)\s?|\n")
# A dot behind these ends no sentence.
_SHORT = re.compile(
    r"(?:^|\W)(?:mr|mrs|ms|dr|prof|st|no|hr|fr|sr|sra|mme|ca|vs|e\.g|i\.e)\.$", re.I
)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SAFE = str.maketrans({"{": "(", "}": ")", "[": "(", "]": ")", "<": "(", ">": ")"})
_CLOSE = 0.7
# What lists hold where nobody wrote anything, or where another program's placeholder was left.
_NOTHING = frozenset({"n/a", "#n/a", "nan", "null", "none", "undefined", "-", "--", "?", "unknown"})
_UNFILLED = re.compile(r"[\[{]|<[\w ]+>$|#\w+[!?]|.*(?:\{\{|\[\[|<<|%%)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a text, where (from 1), and what may have been meant."""

    line: int
    column: int
    found: str
    sentence: str
    suggestion: str = ""

    def __str__(self) -> str:
        return f"Line {self.line}, column {self.column}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a filled text: words of the author, a value, a fallback, or what is left out."""

    text: str
    kind: str = "text"  # text, value, fallback, missing
    field: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    field: str = ""  # empty: words of the author
    fallback: str | None = None
    is_wrong: bool = False


def clean(value: Any) -> str:
    """One line of plain text, at most 300 characters: no markup, no placeholder, no hidden sign."""
    text = unicodedata.normalize("NFKC", "" if value is None else str(value)[: LONGEST_VALUE * 4])
    shown = (" " if unicodedata.category(sign) in _HIDDEN else sign for sign in text)
    text = "".join(shown).translate(_SAFE)
    for mark in (*MARKS, "`"):
        text = text.replace(mark, "'")
    return re.sub(r"\s+", " ", text)[:LONGEST_VALUE].strip()


def check(text: str, own: Collection[str] = ()) -> list[Mistake]:
    """What is wrong with a text, in order; `own` are the names of the leads' own fields.

    A name that nobody knows may stand with a fallback, for a list may bring it later; one that is
    nearly a known one may not.
    """
    found = [_mistake(text, token, own) for token in _tokens(text)]
    mistakes = [mistake for mistake in found if mistake]
    if len(text) > LONGEST_TEXT:
        sentence = f"A text has at most {LONGEST_TEXT:,} characters; this one has {len(text):,}."
        mistakes.append(Mistake(1, 1, "", sentence))
    return mistakes


def used(text: str) -> list[str]:
    """The facts that a text names, each once, in order."""
    return list(dict.fromkeys(token.field for token in _tokens(text) if token.field))


def pieces(text: str, facts: Mapping[str, Any]) -> list[Piece]:
    """The text about these facts, piece by piece; sentences left out are kind "missing"."""
    shown: list[Piece] = []
    for sentence in _sentences(text):
        filled = [_filled(token, facts) for token in sentence]
        if any(piece.kind == "missing" for piece in filled):
            whole = "".join(token.text for token in sentence)
            ending = whole[len(whole.rstrip()) :]
            missing = ", ".join(piece.field for piece in filled if piece.kind == "missing")
            shown += [Piece(whole.rstrip(), "missing", missing), Piece(ending)]
        else:
            shown += filled
    return [piece for piece in shown if piece.text]


def fill(text: str, facts: Mapping[str, Any], *, marked: bool = False) -> str:
    """The text about these facts, to be spoken; `marked` puts values between the marks of data."""
    opening, closing = MARKS if marked else ("", "")
    written = []
    for piece in pieces(text, facts):
        if piece.kind == "value":
            written.append(f"{opening}{piece.text}{closing}")
        elif piece.kind != "missing":
            written.append(piece.text)
    joined = re.sub(r"(?<=\S) {2,}", " ", "".join(written))
    joined = re.sub(r"[ \t]+\n", "\n", joined)
    return re.sub(r"\n{3,}", "\n\n", joined).strip()


def said(value: Any) -> str:
    """A value as it is spoken; empty for one that only stands for a value."""
    text = "" if value is None else str(value).strip()
    if text.casefold() in _NOTHING or _UNFILLED.match(text):
        return ""
    return clean(text)


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    for match in _PIECE.finditer(text):
        if match.start() > at:
            yield _Token(text[at : match.start()], at)
        at = match.end()
        yield _token(match)
    if at < len(text):
        yield _Token(text[at:], at)


def _token(match: re.Match[str]) -> _Token:
    written, start = match[0], match.start()
    if match["field"]:
        return _Token(written, start, match["field"], match["fallback"])
    if match["bracket"]:
        named = " ".join(match["bracket"].split())
        if field := _BRACKET.get(named.casefold()):
            return _Token(written, start, field)
        if _MAILBOX.fullmatch(named):
            return _Token(written, start, "email")
        return _Token(written, start, named.casefold(), is_wrong=True)
    return _Token(written, start, "?", is_wrong=True)


def _mistake(text: str, token: _Token, own: Collection[str]) -> Mistake | None:
    if not token.field:
        return None
    known = {*FIELDS, *own}
    if not token.is_wrong and token.field in known:
        return None
    meant = _meant(token, known)
    if not token.is_wrong and token.fallback is not None and not meant:
        return None
    line = text.count("\n", 0, token.start) + 1
    column = token.start - text.rfind("\n", 0, token.start)
    sentence = f"{token.text} is not known."
    if len(token.text) == 1:
        sentence = (
            f"A lone {token.text} would be read aloud; placeholders look like {{{{ name }}}}."
        )
    elif meant:
        sentence += f" Did you mean {meant}?"
    elif token.text.startswith("["):
        sentence += " For a note to the voice, use round brackets."
    else:
        sentence += ' Give it a fallback: {{ name | "there" }}.'
    return Mistake(line, column, token.text, sentence, meant)


def _meant(token: _Token, known: Collection[str]) -> str:
    """The placeholder that is nearest to a misspelled one; empty when none is near."""
    if token.text.startswith("["):
        names = {label.casefold(): f"{{{{ {field} }}}}" for field, label in FIELDS.items()}
        names |= {field.replace("_", " "): f"{{{{ {field} }}}}" for field in known}
        names |= {name.casefold(): f"[{name}]" for name in BRACKETS}
        asked = token.field.replace("_", " ")
        if "@" in asked:
            return EMAIL
    else:
        names = {field: f"{{{{ {field} }}}}" for field in known}
        names |= {
            name.casefold().replace(" ", "_"): f"{{{{ {f} }}}}" for name, f in BRACKETS.items()
        }
        asked = re.sub(r"\W+", "_", token.text.partition("|")[0].strip("{} ")).casefold()
    found = difflib.get_close_matches(asked, names, n=1, cutoff=_CLOSE)
    return names[found[0]] if found else ""


def _filled(token: _Token, facts: Mapping[str, Any]) -> Piece:
    if not token.field:
        return Piece(token.text)
    value = "" if token.is_wrong else said(facts.get(token.field))
    if value:
        return Piece(value, "value", token.field)
    if token.fallback is not None:
        return Piece(clean(token.fallback), "fallback", token.field)
    return Piece(token.text, "missing", token.field)


def _sentences(text: str) -> Iterator[list[_Token]]:
    """Tokens by sentence; a placeholder is never cut, whatever signs it holds."""
    sentence: list[_Token] = []
    for token in _tokens(text):
        if token.field:
            sentence.append(token)
            continue
        at = 0
        for match in _ENDING.finditer(token.text):
            if match[0] != "\n" and _SHORT.search(token.text[: match.start() + 1]):
                continue
            sentence.append(_Token(token.text[at : match.end()], token.start + at))
            yield sentence
            sentence, at = [], match.end()
        if at < len(token.text):
            sentence.append(_Token(token.text[at:], token.start + at))
    if sentence:
        yield sentence
