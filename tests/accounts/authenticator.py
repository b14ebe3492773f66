"""An authenticator of tests: what it shows, and someone who has one."""

import base64
from datetime import UTC, datetime, timedelta

import time_machine
from django_otp.oath import hotp  # type: ignore[import-untyped]  # has no types

from accounts import second_factor
from accounts.models import User

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAGE = "/profile/second-factor/"


def code_of(secret: str, at: datetime = NOW) -> str:
    """What an authenticator shows at a time."""
    return f"{hotp(base64.b32decode(secret), int(at.timestamp()) // 30):06}"


def set_up(user: User) -> tuple[str, list[str]]:
    """Gives them a factor, ten minutes before the tests' morning: secret and recovery codes."""
    before = NOW - timedelta(minutes=10)
    with time_machine.travel(before, tick=False):
        secret = second_factor.begin(user).secret
        return secret, second_factor.confirm(user, code_of(secret, before))


def accepted(user: User, code: str, after_s: float = 0) -> bool:
    """Whether this is a code of theirs, so many seconds after the tests' morning."""
    with time_machine.travel(NOW + timedelta(seconds=after_s), tick=False):
        return second_factor.verify(user, code)
