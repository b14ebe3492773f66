"""What the commands that read files are given: days, regions, files that cannot be read."""

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime, time
from pathlib import Path

import phonenumbers
from django.core.management.base import CommandError


def day(text: str) -> date:
    """A day as 2026-11-23."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day; write it as 2026-11-23.") from error


def midnight(text: str) -> datetime:
    """The beginning of a day, UTC."""
    return datetime.combine(day(text), time.min, UTC)


def region(text: str) -> str:
    """A country by its two letters, in which bare numbers are read."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ArgumentTypeError(f"{text} is no country; write two letters, as in US.")
    return code


def unreadable(file: Path, error: OSError) -> CommandError:
    """Says what is wrong with a file that was named."""
    if isinstance(error, FileNotFoundError):
        return CommandError(f"There is no file {file}.")
    return CommandError(f"{file} cannot be read: {error.strerror}.")
