"""Who may watch what happens to runs, and is asked to take calls over."""

import uuid
from typing import Any

from agentic.models import AgenticRun


def may_watch_run(user: Any, topic: str) -> bool:
    """Whether the user sees the run of `run:<uuid>`."""
    try:
        ref = uuid.UUID(topic.partition(":")[2])
    except ValueError:
        return False
    if not user.has_perm("agentic.view_agenticcampaign"):
        return False
    return AgenticRun.objects.for_user(user).filter(public_id=ref).exists()


def may_watch_hand_over(user: Any, topic: str) -> bool:
    """Whether `handover:<id>` is the user's own."""
    return topic.partition(":")[2] == str(user.pk)
