"""Celery: tasks are hints, rows are the truth; the beat sweeps what no hint told."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dialer.settings")

app = Celery("dialer")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "fill the ready tables": {"task": "campaigns.tasks.fill_due", "schedule": 2.0},
    "import waiting sheets": {"task": "campaigns.tasks.import_due", "schedule": 5.0},
    "reap calls": {"task": "calls.tasks.reap", "schedule": 5.0},
    "join recordings": {"task": "calls.tasks.join_due", "schedule": 5.0},
    "sweep presence": {"task": "accounts.tasks.sweep_presence", "schedule": 5.0},
    "prune events": {"task": "core.tasks.prune_events", "schedule": 3600.0},
}
