"""Who heard a recording: an entry of the audit log for each time someone listens."""

from datetime import datetime, timedelta
from typing import Any

from calls.models import Call
from core import audit, config
from core.models import AuditEntry

config.define(
    "audit.listen",
    timedelta,
    default=timedelta(minutes=30),
    minimum=1,
    help="Time in which a player that asks for the same recording again is still the same listen.",
)


def heard(user: Any, call: Call, *, download: bool, now: datetime) -> None:
    """Notes that someone listens to a call or takes its recording away.

    A player asks for many ranges of one file: together they are one listen.
    """
    if download:
        audit.record("recording.downloaded", call, actor=user)
        return
    listens = AuditEntry.objects.filter(
        target_type=call._meta.label_lower,
        target_id=str(call.public_id),
        action="recording.heard",
        actor_id=user.pk,
        at__gt=now - config.get("audit.listen"),
    )
    if not listens.exists():
        audit.record("recording.heard", call, actor=user)
