"""What is chosen beside the columns: country of bare numbers, duplicates, scrubbing, consent."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

import phonenumbers
from django.utils import timezone

from campaigns.models import LeadSheet
from campaigns.sheets.allowances import Allowance
from core.errors import InputError

_LONGEST_DAYS: Final = 3650


@dataclass(frozen=True)
class Choices:
    """How a sheet is imported; fields are those of LeadSheet."""

    default_region: str = ""  # ISO 3166-1; else the campaign's
    duplicates: str = LeadSheet.Duplicates.CAMPAIGN.value
    duplicate_days: int = 30
    scrub: bool = False
    consent: dict[str, Any] = field(default_factory=dict)  # of `Allowance`

    @classmethod
    def of(cls, sheet: LeadSheet) -> Self:
        """As they stand on a sheet."""
        return cls(**{name: getattr(sheet, name) for name in cls.__dataclass_fields__})

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        """From the JSON of a template; what it does not know stays as it is."""
        return cls(**{name: stored[name] for name in cls.__dataclass_fields__ if name in stored})

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    def for_template(self) -> dict[str, Any]:
        """For `SheetTemplate.choices`: the days of a consent are those of one list."""
        return self.as_json() | {"consent": Allowance.read(self.consent).undated().as_json()}

    def put_on(self, sheet: LeadSheet) -> None:
        """Sets them on a sheet, unsaved. Raises InputError by field."""
        if self.default_region and self.default_region not in phonenumbers.SUPPORTED_REGIONS:
            message = "No country has this code."
            raise InputError(message, errors={"default_region": [message]})
        if self.duplicates not in LeadSheet.Duplicates.values:
            message = "Say where a number must not be already."
            raise InputError(message, errors={"duplicates": [message]})
        if not 1 <= self.duplicate_days <= _LONGEST_DAYS:
            message = f"Say how many days, from 1 to {_LONGEST_DAYS}."
            raise InputError(message, errors={"duplicate_days": [message]})
        allowance = Allowance.read(self.consent)
        allowance.check(timezone.localtime(timezone=ZoneInfo(sheet.organization.timezone)))
        for name, value in {**self.as_json(), "consent": allowance.as_json()}.items():
            setattr(sheet, name, value)
