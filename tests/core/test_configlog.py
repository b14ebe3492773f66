"""What the system is set to is in the audit log when it changes, and only then."""

import pytest

from core import config, configlog
from core.models import AuditEntry
from core.tasks import seal_audit


def noted() -> list[tuple[dict[str, object], dict[str, object]]]:
    """Before and after of each entry."""
    entries = AuditEntry.objects.filter(action=configlog.ACTION).order_by("id")
    return list(entries.values_list("before", "after"))


def test_a_changed_setting_is_noted_once(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in config.all():
        monkeypatch.delenv(setting.key.variable, raising=False)

    configlog.note()
    monkeypatch.setenv("DIALER_EVENTS_KEEP_DAYS", "30")
    seal_audit()
    seal_audit()
    monkeypatch.delenv("DIALER_EVENTS_KEEP_DAYS")
    configlog.note()

    assert noted() == [({}, {"events.keep_days": 30}), ({"events.keep_days": 30}, {})]
    assert AuditEntry.objects.filter(seq=1, actor_id=None).exists()
