"""The results that an agent may write down after a call."""

from datetime import datetime

from django.db.models import QuerySet

from calls.models import Call
from campaigns.models import Disposition
from core import audit, years
from core.errors import InputError


def choices(call: Call) -> QuerySet[Disposition]:
    """The dispositions of the call's campaign; all of the organization where it names none."""
    return of_campaign(call.organization_id, call.campaign_id)


def of_campaign(organization_id: int, campaign_id: int | None) -> QuerySet[Disposition]:
    """The same for calls of a campaign."""
    active = Disposition.objects.filter(organization_id=organization_id, is_active=True)
    own = active.filter(campaigns=campaign_id)
    return own if campaign_id is not None and own.exists() else active


def choose(call: Call, code: str, callback_at: datetime | None, now: datetime) -> Disposition:
    """The disposition with this code; one that asks for a time needs a coming one.

    Raises InputError.
    """
    chosen = choices(call).filter(code=code).first()
    if chosen is None:
        problem = "There is no such result."
        raise InputError(problem, errors={"disposition": [problem]})
    if chosen.callback and (callback_at is None or callback_at <= now):
        problem = "Say when to call back, in the future."
        raise InputError(problem, errors={"callback_at": [problem]})
    if not years.fits(callback_at):
        raise InputError(years.SAID, errors={"callback_at": [years.SAID]})
    return chosen


def given(call: Call, chosen: Disposition) -> None:
    """Notes in the audit log when a call gets its result after its wrap-up was over.

    A call without an agent has no wrap-up.
    """
    if call.status == Call.Status.WRAPPED_UP and call.agent_id is not None:
        after = {"disposition": chosen.code}
        audit.record("call.result_added_late", call, before={"disposition": None}, after=after)
