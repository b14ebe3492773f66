"""Campaigns are made, changed, started and stopped here.

The only module that writes `Campaign`.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from accounts import callerids
from accounts.models import Organization, Team, User
from campaigns import dispositions, lawbook, leadfilter, mix, queue, retries
from campaigns.models import Campaign, Disposition
from core import audit, phone, realtime
from core.errors import DomainError, InputError
from core.retry import retried

_S = Campaign.Status
MOVES: Final[dict[str, frozenset[str]]] = {
    _S.DRAFT: frozenset({_S.RUNNING, _S.ARCHIVED}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.ENDED}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.ENDED}),
    _S.ENDED: frozenset({_S.PAUSED, _S.ARCHIVED}),
    _S.ARCHIVED: frozenset({_S.ENDED}),
}
# How people call a move: (from, to) where it matters, else to.
_VERBS: Final[dict[str, str]] = {
    _S.RUNNING: "Start",
    _S.PAUSED: "Pause",
    _S.ENDED: "End",
    _S.ARCHIVED: "Archive",
}
_VERBS_FROM: Final[dict[tuple[str, str], str]] = {
    (_S.PAUSED, _S.RUNNING): "Resume",
    (_S.ENDED, _S.PAUSED): "Reopen",
    (_S.ARCHIVED, _S.ENDED): "Restore",
}
# A change of these makes every stored decision about calling windows and attempts old.
_RULES: Final = frozenset(
    {
        *("window_start", "window_end", "window_days", "max_attempts", "starts_on", "ends_on"),
        *("mode", "purpose", "lead_filter"),
    }
)
_MANY: Final[tuple[str, ...]] = ("dispositions", "teams", "agents", "managers")
_TIMES: Final = frozenset({"id", "created_at", "updated_at"})
# Modes that another app dials in, each with what it demands before a campaign starts.
_elsewhere: dict[str, Callable[[Campaign], None]] = {}
# What the audit log tells of a change.
_AUDITED: Final = (
    *(field.name for field in Campaign._meta.concrete_fields if field.name not in _TIMES),
    *_MANY,
)


@retried
def create_campaign(
    user: User, *, organization: Organization | None = None, **fields: Any
) -> Campaign:
    """A draft of the user's organization; a superadmin names the organization.

    Without `dispositions` it gets all the organization's results. Raises InputError by field.
    """
    owner = organization or user.organization
    if owner is None:
        raise InputError("Name the organization.", errors={"organization": ["Name it."]})
    rules = fields.pop("retry_rules", None)
    people: dict[str, Iterable[Any]] = {name: fields.pop(name) for name in _MANY if name in fields}
    campaign = Campaign(organization=owner, created_by=user, **fields)
    _check(campaign, people)
    if lawbook.ensure(owner):
        rules_changed(owner.pk)
    campaign.save()
    if "dispositions" not in people:
        dispositions.ensure_defaults(owner)
        people["dispositions"] = Disposition.objects.filter(organization=owner, is_active=True)
    _assign(campaign, people)
    if rules is not None:
        retries.replace(campaign, rules, by=user)
    made = audit.snapshot(campaign, _AUDITED)
    audit.record("campaign.created", campaign, after=made, actor=user)
    _record("campaign.created", campaign, user)
    return campaign


@retried
def change_campaign(user: User, campaign: Campaign, **fields: Any) -> Campaign:
    """Changes anything but the status; a changed rule raises `rule_version`.

    `retry_rules` replace all that there were; `shares` are those of lists, by id.
    """
    rules, shares = fields.pop("retry_rules", None), fields.pop("shares", {})
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    people: dict[str, Iterable[Any]] = {name: fields.pop(name) for name in _MANY if name in fields}
    changed = sorted(name for name, value in fields.items() if getattr(row, name) != value)
    with audit.changes("campaign.changed", row, _AUDITED, actor=user):
        for name in changed:
            setattr(row, name, fields[name])
        _check(row, people)
        if _RULES.intersection(changed) or "teams" in people:
            row.rule_version += 1
        row.save()
        _assign(row, people)
    if rules is not None:
        retries.replace(row, rules, by=user)
    if shares:
        mix.set_shares(user, row, shares)
    _record("campaign.changed", row, user, changed=changed + sorted(people))
    return row


@retried
def rules_changed(organization_id: int) -> None:
    """A rule of the whole organization changed: what was decided for its campaigns is old."""
    rows = Campaign.objects.filter(organization=organization_id).order_by("pk")
    rows.update(rule_version=F("rule_version") + 1)


@retried
def set_status(user: User, campaign: Campaign, status: str) -> Campaign:
    """Moves a campaign to a status; to where it is already, nothing happens.

    Whatever stops a campaign empties its ready table in the same transaction, so that no agent
    is given a lead afterwards.
    """
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    before = row.status
    if before == status:
        return row
    if status not in MOVES[before]:
        raise DomainError(
            f"A campaign that is {row.get_status_display().lower()} cannot become {status}.",
            code="illegal_move",
        )
    if status == _S.RUNNING:
        _check_ready(row)
    with audit.changes("campaign.moved", row, ("status",), actor=user):
        row.status = status
        row.archived_at = timezone.now() if status == _S.ARCHIVED else None
        row.save(update_fields=["status", "archived_at", "updated_at"])
    if status != _S.RUNNING:
        queue.clear(row)
    _record("campaign.status", row, user, before=before, status=status)
    return row


def dialed_elsewhere(mode: str, check: Callable[[Campaign], None]) -> None:
    """Makes a mode known that another app dials in; `check` raises DomainError before a start."""
    _elsewhere[mode] = check


def moves(campaign: Campaign) -> list[tuple[str, str]]:
    """The statuses that a campaign may move to, each with the word on its button."""
    order = [_S.RUNNING, _S.PAUSED, _S.ENDED, _S.ARCHIVED]
    allowed = sorted(MOVES[campaign.status], key=lambda status: order.index(_S(status)))
    return [(str(to), _VERBS_FROM.get((campaign.status, to), _VERBS[to])) for to in allowed]


def _check_ready(campaign: Campaign) -> None:
    """Refuses to start what would not dial."""
    today = timezone.now().date()
    if campaign.ends_on and campaign.ends_on < today:
        raise DomainError(
            f"The campaign ended on {campaign.ends_on:%d %B %Y}; choose a later end first.",
            code="campaign_over",
        )
    if said := callerids.refusal(campaign.organization_id, campaign.caller_id):
        raise DomainError(said, code="caller_id_not_allowed")
    if check := _elsewhere.get(campaign.mode):
        check(campaign)
        return
    supported = (Campaign.Mode.MANUAL, Campaign.Mode.PREVIEW, Campaign.Mode.PROGRESSIVE)
    if campaign.mode not in supported:
        raise DomainError(
            f"{campaign.get_mode_display()} dialing is not available yet.", code="unknown_mode"
        )


def _check(campaign: Campaign, people: dict[str, Iterable[Any]]) -> None:
    """Checks the fields together; raises InputError with a sentence for each."""
    errors: dict[str, list[str]] = {}
    campaign.default_region = campaign.default_region.upper()
    if said := _show(campaign):
        errors["caller_id"] = [said]
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        errors["ends_on"] = ["The end lies before the start."]
    if not set(campaign.window_days) <= set(range(1, 8)):
        errors["window_days"] = ["Days are numbered from 1 for Monday to 7 for Sunday."]
    errors |= _strangers(campaign, people)
    if not set(campaign.next_phone_on) <= set(retries.OUTCOMES):
        errors["next_phone_on"] = ["Choose from the outcomes of calls."]
    try:
        leadfilter.parse(campaign.lead_filter)
    except InputError as error:
        errors |= error.errors
    try:
        campaign.full_clean(
            exclude=[*errors, "window_days", "created_by"], validate_constraints=not errors
        )
    except ValidationError as error:
        errors |= _sentences(error)
    if errors:
        raise InputError("Some fields are not right.", errors=errors)


def _show(campaign: Campaign) -> str:
    """Writes the shown number as E.164; the sentence that says why it cannot be shown, or none."""
    if not campaign.caller_id:
        return ""
    try:
        campaign.caller_id = phone.normalize(campaign.caller_id, campaign.default_region).e164
    except phone.PhoneError as error:
        return error.message
    return callerids.refusal(campaign.organization_id, campaign.caller_id)


def _sentences(error: ValidationError) -> dict[str, list[str]]:
    """Django's messages by field, with names for those of constraints."""
    found = dict(error.message_dict)
    overall = found.pop("__all__", [])
    for message in overall:
        if "campaign_name_is_unique" in message or "Name already" in message:
            found.setdefault("name", []).append("There is a campaign of this name.")
        elif "calling_window" in message:
            found.setdefault("window_end", []).append("The window must end after it starts.")
        else:
            found.setdefault("__all__", []).append(message)
    return found


def _strangers(campaign: Campaign, people: dict[str, Iterable[Any]]) -> dict[str, list[str]]:
    """Sentences for what is assigned from another organization."""
    sentences = {}
    for name, rows in people.items():
        if any(row.organization_id != campaign.organization_id for row in rows):
            sentences[name] = ["Choose only from the campaign's own organization."]
    return sentences


def _assign(campaign: Campaign, people: dict[str, Iterable[Any]]) -> None:
    """Sets the lists of results, teams and people that were given."""
    for name, rows in people.items():
        chosen: list[Disposition | Team | User] = list(rows)
        getattr(campaign, name).set(chosen)


def _record(kind: str, campaign: Campaign, user: User, **data: Any) -> None:
    realtime.record(
        kind,
        organization=campaign.organization_id,
        topics=[f"campaign:{campaign.pk}"],
        subject={"campaign": campaign.pk},
        data=data,
        actor=user,
    )
