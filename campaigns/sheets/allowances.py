"""What a yes in a sheet's column of consent allows; pure."""

import re
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final, Self

from campaigns.models import ConsentRecord
from core.errors import InputError

# Machines write days before it, such as 1899-12-30 or 0001-01-01, where they have none.
EARLIEST: Final = date(1971, 1, 1)
_LONGEST: Final = {"source": 64, "proof": 255}  # as ConsentRecord has them
_HALF: Final = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class Allowance:
    """What a yes in the column of consent allows; without voices it stays a note on the lead."""

    voices: list[str] = field(default_factory=list)  # of ConsentRecord.Voice
    kind: str = ""  # of ConsentRecord.Kind
    source: str = ""
    proof: str = ""
    granted_on: str = ""  # ISO 8601, where the row has no date of its own
    expires_on: str = ""  # the first day on which it holds no more

    @classmethod
    def read(cls, stored: Any) -> Self:
        """From JSON. Raises InputError for what is no such object."""
        known = cls.__dataclass_fields__
        if not isinstance(stored, dict) or not stored.keys() <= known.keys():
            said = f"The consent is an object with some of: {', '.join(known)}."
            raise InputError(said, errors={"consent": [said]})
        voices = stored.get("voices", [])
        texts = [stored.get(name, "") for name in known if name != "voices"]
        if not isinstance(voices, list) or not all(map(_is_text, [*voices, *texts])):
            said = "The voices of a consent are a list of words, all else of it is text."
            raise InputError(said, errors={"consent": [said]})
        return cls(**stored)

    def as_json(self) -> dict[str, Any]:
        """For `LeadSheet.consent`; nothing where nothing is allowed."""
        return asdict(self) if self.voices else {}

    def undated(self) -> Self:
        """The same without days: the next list is of other ones."""
        return replace(self, granted_on="", expires_on="")

    def check(self, now: datetime) -> None:
        """Raises InputError, by field, for what could be no consent. The day of `now` is today."""
        if not self.voices:
            return
        errors: dict[str, list[str]] = {}
        if not set(self.voices) <= set(ConsentRecord.Voice.values):
            errors["consent_voices"] = ["Say who may speak."]
        if self.kind not in ConsentRecord.Kind.values:
            errors["consent_kind"] = ["Choose how strong it is."]
        if not self.source.strip():
            errors["consent_source"] = ["Say where it was given, such as the name of a form."]
        for name, longest in _LONGEST.items():
            if len(getattr(self, name)) > longest:
                errors[f"consent_{name}"] = [f"It has at most {longest} characters."]
        if errors := errors | self._wrong_days(now):
            raise InputError("Some fields are not right.", errors=errors)

    def _wrong_days(self, now: datetime) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = {}
        given, ends = as_day(self.granted_on), as_day(self.expires_on)
        if (self.granted_on and given is None) or (given and not EARLIEST <= given <= now.date()):
            errors["consent_granted_on"] = ["Choose a day that is over, or leave it to the rows."]
        if (self.expires_on and ends is None) or (ends and given and ends <= given):
            errors["consent_expires_on"] = ["It must end after it was given."]
        return errors


def _is_text(value: object) -> bool:
    """Whether a database keeps it as text: no half characters, which JSON can write, no zero."""
    return isinstance(value, str) and "\0" not in value and not _HALF.search(value)


def as_day(text: str) -> date | None:
    """A day as ISO 8601 writes it; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
