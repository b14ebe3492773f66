"""Who speaks: the seam, and who fills it."""

from functools import cache
from typing import Final

from django.utils.module_loading import import_string

from agentic.providers.base import Door, Doored, Problem, Standing, VoiceProvider
from core.errors import DomainError

__all__ = ["Door", "Doored", "Problem", "Standing", "VoiceProvider", "provider", "register"]

# By their paths: a process that never speaks need not load what it takes to.
_PLACES: Final = {
    "simulator": "agentic.providers.simulator.Simulator",
    "livekit": "agentic.providers.livekit.LiveKit",
}
_given: dict[str, VoiceProvider] = {}


def provider(name: str) -> VoiceProvider:
    """The provider of this name; raises DomainError "not_configured" for one that nobody knows."""
    if found := _given.get(name):
        return found
    if name not in _PLACES:
        raise DomainError(f"There is no voice provider {name}.", code="not_configured")
    return _made(name)


def register(provider: VoiceProvider | None, name: str) -> None:
    """Puts another provider in the place of this name; None takes it away again."""
    if provider is None:
        _given.pop(name, None)
    else:
        _given[name] = provider


@cache
def _made(name: str) -> VoiceProvider:
    made: VoiceProvider = import_string(_PLACES[name])()
    return made
