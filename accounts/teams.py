"""Teams: who works together, and which managers see them. The only module that writes `Team`."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Organization, Team, User
from core import audit, realtime
from core.errors import InputError
from core.retry import retried

_SHOWN = ("name", "managers", "members")


@dataclass(frozen=True)
class Roster:
    """What can be chosen of a team."""

    name: str
    managers: tuple[User, ...] = ()
    members: tuple[User, ...] = ()


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

    Raises InputError for a name that is taken, or people who do not fit.
    """
    team = Team.objects.select_for_update().get(pk=team.pk)
    _demand_fit(team.organization_id, wanted, besides=team)
    before = audit.snapshot(team, _SHOWN)
    with audit.changes("team.changed", team, _SHOWN):
        team.name = wanted.name
        team.save(update_fields=["name"])
        team.managers.set(wanted.managers)
        team.members.set(wanted.members)
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


def _demand_fit(organization: int, wanted: Roster, *, besides: Team | None = None) -> None:
    rows = Team.objects.filter(organization=organization, name__iexact=wanted.name)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    if rows.exists():
        raise _misfit("name", "There is a team of this name.")
    for field, chosen in (("managers", wanted.managers), ("members", wanted.members)):
        # A manager of another organization would see these people's calls.
        strangers = [person.name for person in chosen if person.organization_id != organization]
        if strangers:
            raise _misfit(field, f"Of another organization: {', '.join(strangers)}.")


def _misfit(field: str, sentence: str) -> InputError:
    return InputError(sentence, errors={field: [sentence]})
