"""Leave to dial: a grant that the phone shows to the SIP edge, and the edge to the application.

It holds for one call, one number and one agent's SIP address, and for half a minute.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import SipAccount
from calls.models import Call

VALID = timedelta(seconds=30)
_SALT = "calls.edge.grant"


def grant(call: Call, now: datetime) -> tuple[str, datetime]:
    """A grant for the call and when it expires; a new one for each asking."""
    account = SipAccount.objects.filter(user=call.agent_id).first() if call.agent_id else None
    expires_at = (now + VALID).replace(microsecond=0)
    user = account.username if account else ""
    return _sealed(call.public_id, call.number, user, int(expires_at.timestamp())), expires_at


def verify(given: str, *, number: str, user: str, now: datetime) -> Call | None:
    """The call that the grant allows this SIP user to dial this number for; None for no leave.

    `user` may name one login of the address (`address~login`) or a whole URI's user part.
    """
    address = user.partition("@")[0].partition("~")[0]
    # A plus that was not escaped in the query arrives as a space.
    wanted = "+" + number.strip().removeprefix("+")
    try:
        ref, seconds, _ = given.split(".")
        call_ref, until = UUID(ref), int(seconds)
        sealed = _sealed(call_ref, wanted, address, until)
        expired = datetime.fromtimestamp(until, UTC) < now
    except (ValueError, OverflowError, OSError):
        return None
    if not constant_time_compare(given, sealed) or expired:
        return None
    # Only a call that passed `/dial` and is not on the line yet; an INVITE is sent twice when
    # the edge asks who it is, so a grant is not used up by its first showing.
    calls = Call.objects.filter(status__in=[Call.Status.DIALING, Call.Status.RINGING])
    return calls.filter(public_id=call_ref, dialed_at__isnull=False).first()


def _sealed(ref: UUID, number: str, user: str, until: int) -> str:
    mac = salted_hmac(_SALT, f"{ref}|{number}|{user}|{until}", algorithm="sha256")
    return f"{ref.hex}.{until}.{mac.hexdigest()}"
