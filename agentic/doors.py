"""The way into a call for the person who takes it over, where its provider has one."""

from typing import Any, Final

from agentic.models import AiCall
from agentic.providers import Door, Doored, provider
from core.errors import DomainError

_SILENT: Final = "The simulator has no voice to talk to."


def has_one(ai: AiCall) -> bool:
    """Whether people join the call with their own voice."""
    return isinstance(provider(ai.provider), Doored)


def open_to(user: Any, ai: AiCall) -> Door:
    """A way in, for a few minutes.

    Raises DomainError "not_yours" for somebody else, "over", "no_door" where nothing is to be
    heard, and "not_configured".
    """
    if ai.taken_over_by_id != user.pk:
        raise DomainError("Whoever takes the call over joins it.", code="not_yours")
    if ai.ended_at is not None:
        raise DomainError("This call is over.", code="over")
    speaks = provider(ai.provider)
    if not isinstance(speaks, Doored):
        raise DomainError(_SILENT, code="no_door")
    if found := speaks.problems():
        raise DomainError(f"{found[0].what} {found[0].fix}", code="not_configured")
    return speaks.door(ai, person=user.pk, name=user.name)
