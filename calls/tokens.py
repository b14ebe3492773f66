"""Upload tokens: whoever holds one may send what is left of one call, and nothing else."""

from datetime import timedelta
from uuid import UUID

from django.core import signing

from calls.models import Call

VALID = timedelta(days=7)
_signer = signing.TimestampSigner(salt="calls.upload")


def issue(call: Call) -> str:
    """A token for the call, good for seven days."""
    return _signer.sign(call.public_id.hex)


def opens(token: str, ref: UUID) -> bool:
    """Whether the token is genuine, fresh, and of this call."""
    try:
        return _signer.unsign(token, max_age=VALID) == ref.hex
    except signing.BadSignature:
        return False
