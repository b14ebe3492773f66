"""Typed settings of the product: each has a default, a meaning, limits, and one environment name.

Apps define theirs when they are imported; whoever uses one reads it at the moment of use.
"""

import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured

type Value = int | float | bool | str | timedelta

_WORDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    timedelta: "a number of seconds",
}
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Key:
    """One setting: its name, type, default, meaning and limits."""

    name: str
    kind: type[Value]
    default: Value
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Value, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that overrides the default."""
        return "DIALER_" + self.name.replace(".", "_").upper()

    def parse(self, text: str) -> Value:
        """The value that a text stands for; raises ValueError with a sentence when it is none."""
        try:
            value = _PARSERS[self.kind](text.strip())
        except (ValueError, OverflowError):
            raise ValueError(f"{text!r} is not {_WORDS[self.kind]}.") from None
        self.check(value)
        return value

    def check(self, value: Value) -> None:
        """Raises ValueError with a sentence when the value is outside the limits."""
        size = value.total_seconds() if isinstance(value, timedelta) else value
        if self.minimum is not None and isinstance(size, int | float) and size < self.minimum:
            raise ValueError(f"{size} is less than {self.minimum}.")
        if self.maximum is not None and isinstance(size, int | float) and size > self.maximum:
            raise ValueError(f"{size} is more than {self.maximum}.")
        if self.choices and value not in self.choices:
            raise ValueError(f"{value!r} is none of {', '.join(map(repr, self.choices))}.")


@dataclass(frozen=True)
class Setting:
    """A key with the value it has now, and where that comes from."""

    key: Key
    value: Value
    source: str  # "default" or "environment"


_keys: dict[str, Key] = {}


def define(
    name: str,
    kind: type[Value],
    *,
    default: Value,
    help: str,  # noqa: A002  # the word that Django's fields use
    minimum: float | None = None,
    maximum: float | None = None,
    choices: Iterable[Value] = (),
) -> Key:
    """Makes a setting known. Names are `app.words_unit`; limits of durations are in seconds.

    Raises ImproperlyConfigured when the name is taken, or the default breaks its own limits.
    """
    key = Key(name, kind, default, help, minimum, maximum, tuple(choices))
    if _keys.setdefault(name, key) != key:
        raise ImproperlyConfigured(f"The setting {name} is defined twice.")
    try:
        key.check(default)
    except ValueError as error:
        raise ImproperlyConfigured(f"The default of {name} is wrong: {error}") from error
    return key


def get(name: str) -> Any:
    """The setting's value now: of its environment variable, else its default.

    The type is the one it was defined with. Raises KeyError for an unknown name, and
    ImproperlyConfigured with a sentence for a value that cannot be.
    """
    return _now(_keys[name]).value


def all() -> list[Setting]:  # noqa: A001  # read as config.all()
    """Every setting with its present value, by name."""
    return [_now(_keys[name]) for name in sorted(_keys)]


def problems() -> list[str]:
    """A sentence for each setting whose environment variable cannot be used."""
    found = []
    for key in _keys.values():
        try:
            _now(key)
        except ImproperlyConfigured as error:
            found.append(str(error))
    return found


def _now(key: Key) -> Setting:
    text = os.environ.get(key.variable)
    if text is None:
        return Setting(key, key.default, "default")
    try:
        return Setting(key, key.parse(text), "environment")
    except ValueError as error:
        raise ImproperlyConfigured(f"{key.variable} is wrong: {error} ({key.help})") from error


def _bool(text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise ValueError(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _duration(text: str) -> timedelta:
    return timedelta(seconds=float(text))


_PARSERS: dict[type[Value], Callable[[str], Value]] = {
    int: int,
    float: _float,
    bool: _bool,
    str: str,
    timedelta: _duration,
}
