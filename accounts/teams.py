"""Teams: who works together, and which managers see them. The only module that writes `Team`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import time

from django.utils import timezone

from accounts.models import Organization, Team, User
from core import audit, realtime
from core.errors import InputError
from core.retry import retried

_SHOWN = ("name", "managers", "members", "starts_at", "ends_at", "works_on")
_hours_changed: list[Callable[[int], None]] = []


@dataclass(frozen=True)
class Hours:
    """When a team works, in its organization's zone; without a start at any time."""

    start: time | None = None
    end: time | None = None
    days: tuple[int, ...] = ()  # ISO weekdays; empty: every day


@dataclass(frozen=True)
class Roster:
    """What can be chosen of a team."""

    name: str
    managers: tuple[User, ...] = ()
    members: tuple[User, ...] = ()
    hours: Hours = Hours()


def on_hours_changed(told: Callable[[int], None]) -> None:
    """Registers who is told the organization's id, in the same transaction, when teams work
    at other hours than before."""
    _hours_changed.append(told)


@retried
def ensure(
    organization: Organization,
    name: str,
    *,
    managers: Iterable[User] = (),
    members: Iterable[User] = (),
) -> Team:
    """The team of this name, with these people added; made when missing."""
    team, _ = Team.objects.get_or_create(organization=organization, name=name)
    with audit.changes("team.changed", team, _SHOWN):
        team.managers.add(*managers)
        team.members.add(*members)
    return team


@retried
def add(organization: Organization, wanted: Roster) -> Team:
    """A new team. Raises InputError for a name that is taken, or people who do not fit."""
    _demand_fit(organization.pk, wanted)
    if organization.archived_at is not None:
        raise _misfit("organization", f"{organization.name} is archived.")
    team = Team.objects.create(organization=organization, name=wanted.name)
    team.managers.set(wanted.managers)
    team.members.set(wanted.members)
    audit.record("team.added", team, after=audit.snapshot(team, _SHOWN))
    return team


@retried
def change(team: Team, wanted: Roster) -> Team:
    """Gives a team another name or other people; who sees whom follows at once.

    Raises InputError for a name that is taken, people who do not fit, or hours that are none.
    """
    team = Team.objects.select_for_update().get(pk=team.pk)
    _demand_fit(team.organization_id, wanted, besides=team)
    before = audit.snapshot(team, _SHOWN)
    with audit.changes("team.changed", team, _SHOWN):
        team.name = wanted.name
        team.starts_at, team.ends_at = wanted.hours.start, wanted.hours.end
        team.works_on = sorted(wanted.hours.days)
        team.save(update_fields=["name", "starts_at", "ends_at", "works_on"])
        team.managers.set(wanted.managers)
        team.members.set(wanted.members)
    after = audit.snapshot(team, _SHOWN)
    if any(before[name] != after[name] for name in ("starts_at", "ends_at", "works_on")):
        _tell(team)
    gone = set(before["managers"]) - {person.pk for person in wanted.managers}
    if set(before["members"]) - {person.pk for person in wanted.members}:
        gone = set(before["managers"])
    if gone:
        # Their open sockets watch people whom they may not see any more.
        subject = {"team": team.pk, "people": sorted(gone)}
        realtime.record("team.sight_lost", organization=team.organization_id, subject=subject)
    return team


@retried
def archive(team: Team, *, archived: bool) -> None:
    """Puts a team away, or brings it back; its people and its past stay."""
    team = Team.objects.select_for_update().get(pk=team.pk)
    if (team.archived_at is not None) == archived:
        return
    team.archived_at = timezone.now() if archived else None
    team.save(update_fields=["archived_at"])
    audit.record("team.archived" if archived else "team.restored", team)
    if team.starts_at is not None:
        _tell(team)


def _tell(team: Team) -> None:
    for told in _hours_changed:
        told(team.organization_id)


def _demand_fit(organization: int, wanted: Roster, *, besides: Team | None = None) -> None:
    rows = Team.objects.filter(organization=organization, name__iexact=wanted.name)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    if rows.exists():
        raise _misfit("name", "There is a team of this name.")
    _demand_hours(wanted.hours)
    for field, chosen in (("managers", wanted.managers), ("members", wanted.members)):
        # A manager of another organization would see these people's calls.
        strangers = [person.name for person in chosen if person.organization_id != organization]
        if strangers:
            raise _misfit(field, f"Of another organization: {', '.join(strangers)}.")


def _demand_hours(hours: Hours) -> None:
    if (hours.start is None) != (hours.end is None):
        raise _misfit("ends_at", "Give both a start and an end, or neither.")
    if hours.start is not None and hours.end is not None and hours.start >= hours.end:
        raise _misfit("ends_at", "The end lies before the start. A night shift is two teams.")
    if not set(hours.days) <= set(range(1, 8)):
        raise _misfit("works_on", "Days are numbered from 1 for Monday to 7 for Sunday.")
    if hours.days and hours.start is None:
        raise _misfit("starts_at", "Say from when to when it works on these days.")


def _misfit(field: str, sentence: str) -> InputError:
    return InputError(sentence, errors={field: [sentence]})
