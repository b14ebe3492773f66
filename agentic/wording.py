"""What a voice says: a draft that people change, versions that stay as they were published.

The only module that writes `AgenticCampaign`, `PromptVersion` and `Scenario`.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Organization, User
from agentic import checking
from agentic.models import AgenticCampaign, PromptVersion, Scenario, Wording
from agentic.prompting import DISCLOSURE
from agentic.toolbox import SWITCHABLE
from campaigns import editing
from campaigns.models import Campaign
from core import audit, realtime
from core.errors import DomainError, InputError
from core.retry import retried

WORDS: Final = tuple(field.name for field in Wording._meta.fields)
_AUDITED: Final = (
    *WORDS,
    *("module", "provider", "trunk", "max_calls", "calls_per_second", "max_length_s", "silence_s"),
    *("needs_closers", "hand_over_wait_s", "cost_per_minute", "currency", "auto_next"),
)


@retried
def make(
    user: User,
    *,
    name: str,
    module: str = "",
    organization: Organization | None = None,
    campaign: Mapping[str, Any] | None = None,
    **fields: Any,
) -> AgenticCampaign:
    """An AI campaign as a draft: its Campaign in mode ai, and what its voice says.

    Unless given, it discloses itself and has all tools. `campaign` are fields of the Campaign.
    Raises InputError by field.
    """
    rest = {**(campaign or {}), "mode": Campaign.Mode.AI}
    made = editing.create_campaign(user, organization=organization, name=name, **rest)
    given = {"disclosure": DISCLOSURE, "tools": list(SWITCHABLE)} | fields
    row = AgenticCampaign(
        organization_id=made.organization_id,
        campaign=made,
        module=module or _free_module(made),
        **given,
    )
    checking.check(row)
    _save(row)
    audit.record("voice.created", row, after=audit.snapshot(row, _AUDITED), actor=user)
    _record("voice.created", row, user)
    return row


@retried
def change(
    user: User,
    row: AgenticCampaign,
    *,
    campaign: Mapping[str, Any] | None = None,
    **fields: Any,
) -> AgenticCampaign:
    """Changes the draft and the limits; calls go on with what is published.

    Limits hold at once. `campaign` are fields of the Campaign. Raises InputError by field.
    """
    if campaign:
        editing.change_campaign(user, row.campaign, **campaign)
    locked = _locked(row)
    changed = sorted(name for name, value in fields.items() if getattr(locked, name) != value)
    with audit.changes("voice.changed", locked, _AUDITED, actor=user):
        for name in changed:
            setattr(locked, name, fields[name])
        checking.check(locked)
        _save(locked)
    if changed:
        _record("voice.changed", locked, user, changed=changed)
    return locked


@retried
def publish(user: User, row: AgenticCampaign, note: str = "") -> PromptVersion:
    """Makes the draft the next version, which calls from now on are made with.

    Raises InputError by field, and DomainError "nothing_new".
    """
    locked = _locked(row)
    checking.check(locked, whole=True)
    if locked.published and not differs(locked, locked.published):
        raise DomainError("The draft is what is published already.", code="nothing_new")
    last = PromptVersion.objects.filter(campaign=locked.campaign_id).order_by("-number").first()
    version = PromptVersion.objects.create(
        organization_id=locked.organization_id,
        campaign_id=locked.campaign_id,
        number=last.number + 1 if last else 1,
        note=note.strip()[:255],
        published_by=user,
        published_at=timezone.now(),
        **words(locked),
    )
    _put(user, locked, version, "prompt.published")
    return version


@retried
def roll_back(user: User, row: AgenticCampaign) -> PromptVersion:
    """Puts the version before the published one in force again; returns that.

    Raises DomainError "nothing_before" where there is none.
    """
    locked = _locked(row)
    current = locked.published
    before = _before(locked)
    if current is None or before is None:
        raise DomainError("There is no earlier version to return to.", code="nothing_before")
    PromptVersion.objects.filter(pk=current.pk).update(rolled_back_at=timezone.now())
    _put(user, locked, before, "prompt.rolled_back")
    return before


@retried
def restore(user: User, row: AgenticCampaign, version: PromptVersion) -> AgenticCampaign:
    """Copies a version into the draft; what is published stays."""
    if version.campaign_id != row.campaign_id:
        raise DomainError("This version is another campaign's.", code="not_found", status=404)
    return change(user, row, **words(version))


@retried
def save_scenario(
    user: User, row: AgenticCampaign, *, name: str, source: str, scenario: Scenario | None = None
) -> Scenario:
    """Keeps a scenario of the campaign; its source is checked by whoever reads it.

    Raises InputError by field.
    """
    kept = scenario or Scenario(organization_id=row.organization_id, campaign_id=row.campaign_id)
    kept.name, kept.source = name.strip(), source
    try:
        kept.full_clean(exclude=["organization", "campaign"])
    except ValidationError as error:
        raise InputError("Some fields are not right.", errors=error.message_dict) from error
    others = Scenario.objects.filter(campaign=row.campaign_id, name=kept.name).exclude(pk=kept.pk)
    if others.exists():
        raise InputError(
            "Some fields are not right.", errors={"name": ["There is a scenario of this name."]}
        )
    kept.save()
    audit.record("scenario.saved", kept, after={"name": kept.name}, actor=user)
    return kept


@retried
def delete_scenario(user: User, scenario: Scenario) -> None:
    """Forgets a scenario."""
    audit.record("scenario.deleted", scenario, before={"name": scenario.name}, actor=user)
    scenario.delete()


def words(wording: Wording) -> dict[str, Any]:
    """The wording's own fields."""
    return {name: getattr(wording, name) for name in WORDS}


def differs(one: Wording, other: Wording) -> bool:
    """Whether two wordings say something else."""
    return words(one) != words(other)


def startable(campaign: Campaign) -> None:
    """Refuses to start an AI campaign that has nothing to say."""
    row = AgenticCampaign.objects.filter(campaign=campaign).first()
    if row is None or row.published_id is None:
        raise DomainError(
            "Publish what the voice says first; then the campaign can start.",
            code="nothing_published",
        )


def _before(row: AgenticCampaign) -> PromptVersion | None:
    """The version that was in force before the published one, rolled back ones left aside."""
    if row.published is None:
        return None
    known = PromptVersion.objects.filter(campaign=row.campaign_id, rolled_back_at=None)
    return known.filter(number__lt=row.published.number).order_by("-number").first()


def _put(user: User, row: AgenticCampaign, version: PromptVersion, kind: str) -> None:
    before = row.published.number if row.published else None
    row.published = version
    row.save(update_fields=["published", "updated_at"])
    after = {"version": version.number, "note": version.note}
    audit.record(kind, row, before={"version": before}, after=after, actor=user)
    _record(kind, row, user, version=version.number)


def _save(row: AgenticCampaign) -> None:
    try:
        row.save()
    except IntegrityError as error:
        raise InputError(
            "Some fields are not right.", errors={"module": ["This short name is taken."]}
        ) from error


def _free_module(campaign: Campaign) -> str:
    """A short name like the campaign's own that no other has."""
    stem = slugify(campaign.name)[:56] or "voice"
    if stem.isdecimal():
        stem = f"voice-{stem}"[:56]
    taken = set(
        AgenticCampaign.objects.filter(
            organization=campaign.organization_id, module__startswith=stem
        ).values_list("module", flat=True)
    )
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found


def _locked(row: AgenticCampaign) -> AgenticCampaign:
    AgenticCampaign.objects.select_for_update().only("pk").get(pk=row.pk)
    rows = AgenticCampaign.objects.select_related("campaign", "published", "trunk")
    return rows.get(pk=row.pk)


def _record(kind: str, row: AgenticCampaign, user: User, **data: Any) -> None:
    realtime.record(
        kind,
        organization=row.organization_id,
        topics=[f"campaign:{row.campaign_id}"],
        subject={"campaign": row.campaign_id},
        data=data,
        actor=user,
    )
