"""Celery: tasks are hints, rows are the truth; the beat sweeps what no hint told."""

import os
from typing import Any

from celery import Celery

import dialer.broker  # noqa: F401  # makes `folder://` known

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialer.settings")

app = Celery("dialer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _every(task: str, seconds: float) -> dict[str, Any]:
    # A hint that no worker took before the next one is due says nothing new.
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 5.0)}}


app.conf.beat_schedule = {
    "show that beat and worker live": _every("core.tasks.heartbeat", 10.0),
    "fill the ready tables": _every("campaigns.tasks.fill_due", 2.0),
    "import waiting sheets": _every("campaigns.tasks.import_due", 5.0),
    "recycle leads": _every("campaigns.tasks.recycle_due", 5.0),
    "reap calls": _every("calls.tasks.reap", 5.0),
    "launch calls of voices": _every("agentic.tasks.launch_due", 1.0),
    "reap calls of voices": _every("agentic.tasks.reap", 5.0),
    "read calls of voices": _every("agentic.tasks.read_due", 2.0),
    "record simulated calls": _every("agentic.tasks.record_simulated", 5.0),
    "go through scenarios": _every("agentic.tasks.rehearse_due", 5.0),
    "join recordings": _every("calls.tasks.join_due", 5.0),
    "sweep presence": _every("accounts.tasks.sweep_presence", 5.0),
    "end logins of closed organizations": _every("accounts.tasks.end_closed", 10.0),
    "prune logins": _every("accounts.tasks.prune", 3600.0),
    "send letters": _every("core.tasks.send_letters", 5.0),
    "prune events": _every("core.tasks.prune_events", 3600.0),
    "seal the audit log": _every("core.tasks.seal_audit", 60.0),
}
