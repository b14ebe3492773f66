"""The place of a lead in its campaign's queue; pure."""

from typing import Final

MOST_PRIORITY: Final = 100


def rank(priority: int, sheet_id: int, row: int) -> int:
    """The place of a new lead, lower first: by priority, then sheet, then row."""
    bounded = max(-MOST_PRIORITY, min(MOST_PRIORITY, priority))
    return ((MOST_PRIORITY - bounded) << 48) + (sheet_id << 24) + min(row, (1 << 24) - 1)
