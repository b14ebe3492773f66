"""What the system is set to, noted in the audit log whenever it differs from the last time."""

from core import audit, config
from core.models import AuditEntry

ACTION = "configuration.changed"


def note() -> bool:
    """Compares what the environment sets with what the log last knew; whether it differs.

    A worker asks every minute: what it was started with is known a minute later at most.
    """
    now = audit.readable(
        {setting.key.name: setting.value for setting in config.all() if setting.source != "default"}
    )
    known = AuditEntry.objects.filter(action=ACTION).order_by("-id").first()
    before = known.after if known else {}
    if now == before:
        return False
    audit.record(ACTION, before=before, after=now)
    return True
