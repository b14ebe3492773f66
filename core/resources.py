"""How busy this process and its machine are."""

from typing import Any

import psutil
from django.conf import settings
from django.utils import timezone

from core import metrics, outbox
from core.models import Event

# Without a stretch of time the first answer would be a meaningless zero.
CPU_OVER_S = 0.1


def snapshot() -> dict[str, Any]:
    """Totals of this process since its start, and the machine's load now, in percent."""
    return {
        "timestamp": timezone.now().isoformat(),
        **metrics.totals(),
        "events_head": outbox.head(),
        "events_waiting": Event.objects.filter(seq=None).count(),
        "cpu_percent": psutil.cpu_percent(CPU_OVER_S),
        "memory_percent": psutil.virtual_memory().percent,
        "disk_percent": psutil.disk_usage(str(settings.VAR_DIR)).percent,
    }
