"""Secrets at rest: what is stored encrypted is written and read here alone."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_PURPOSE = b"dialer field encryption"


class UnreadableError(Exception):
    """A stored secret that none of the configured keys can read."""


def encrypt(secret: str) -> str:
    """The secret as text that only a holder of `FIELD_KEYS` can read; the first key writes."""
    return _cipher(tuple(settings.FIELD_KEYS)).encrypt(secret.encode()).decode("ascii")


def decrypt(stored: str) -> str:
    """What `encrypt` was given, by any of the keys.

    Raises UnreadableError when the text was altered or its key is no longer configured.
    """
    try:
        return _cipher(tuple(settings.FIELD_KEYS)).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise UnreadableError("No configured key reads this secret.") from error


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    # Operators write any text as a key; Fernet wants exactly 32 bytes.
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
