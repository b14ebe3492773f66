"""Feature flags: whether a feature is on for a person."""

import hashlib
from typing import Any

from core.models import FeatureFlag


def is_on(name: str, user: Any) -> bool:
    """Whether the feature is on for the person; an unknown flag is off.

    A person named by the flag has it. A flag that names roles or people is off for all others.
    The percentage picks people by a stable hash, so that raising it takes the feature from none.
    """
    flag = FeatureFlag.objects.filter(name=name, enabled=True).first()
    return flag is not None and applies(flag, user)


def applies(flag: FeatureFlag, user: Any) -> bool:
    """Whether an enabled flag reaches the person."""
    if not user.is_authenticated:
        return flag.rollout_percentage == 100 and not (flag.target_roles or flag.target_users)
    if user.pk in flag.target_users or user.email in flag.target_users:
        return True
    if (flag.target_roles or flag.target_users) and user.role not in flag.target_roles:
        return False
    return share(flag.name, user.pk) < flag.rollout_percentage


def share(name: str, key: int) -> int:
    """A number from 0 to 99 that is always the same for this flag and person."""
    digest = hashlib.sha256(f"{name}:{key}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100
