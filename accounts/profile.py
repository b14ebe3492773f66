"""What people do about themselves: name and zone, password, where they are logged in."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils import timezone

from accounts import calling, logins, passwords, presence, zones
from accounts.models import LoginSession, User
from core import audit
from core.errors import DomainError, InputError
from core.retry import retried

# The first that a user agent names is what it is: Edge calls itself Chrome, Chrome calls itself
# Safari.
_BROWSERS: Final = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS: Final = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Place:
    """Somewhere a person is logged in."""

    login: LoginSession
    device: str
    is_here: bool


@retried
def change(user: User, name: str, zone: str) -> User:
    """Gives oneself another name and time zone. Raises InputError by field."""
    name = name.strip()
    if not name:
        raise InputError("Enter your name.", errors={"name": ["Enter your name."]})
    zones.demand(zone)
    person = User.objects.select_for_update().get(pk=user.pk)
    with audit.changes("person.changed", person, ("name", "timezone"), actor=user):
        person.name, person.timezone = name, zone
        person.save(update_fields=["name", "timezone"])
    return person


def change_password(
    login: LoginSession, current: str, new: str, *, address: str | None, agent: str
) -> logins.Entry:
    """Sets another password; every login ends, and the one who asks gets a new one.

    Raises DomainError "busy" in a call, "wrong_password", and InputError for a weak password.
    """
    user = login.user
    if presence.current(user).state in presence.BUSY:
        raise DomainError("Finish your call first.", code="busy")
    passwords.change(user, current, new, address=address)
    return logins.open_login(user, address=address, agent=agent, by_code=login.second_factor)


def places(here: LoginSession) -> list[Place]:
    """Where the login's person is logged in now: here first, then the newest."""
    living = LoginSession.objects.filter(
        user_id=here.user_id, revoked_at=None, expires_at__gt=timezone.now()
    )
    found = [Place(row, device(row.agent), row.pk == here.pk) for row in living.order_by("-pk")]
    return sorted(found, key=lambda place: not place.is_here)


@retried
def end(here: LoginSession, public_id: UUID) -> bool:
    """Ends another login of the same person; whether there was one."""
    others = LoginSession.objects.filter(user_id=here.user_id, revoked_at=None)
    login = others.exclude(pk=here.pk).filter(public_id=public_id).first()
    if login is None:
        return False
    logins.close(login, because="owner")
    return True


@retried
def leave_everywhere(user: User) -> None:
    """Ends every login of a person at their own wish; a call and a shift end with it."""
    calling.end_call(user)
    logins.close_all(user, because="everywhere")


def device(agent: str) -> str:
    """A user agent as people know it, such as `Firefox on Windows`."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent.split("/")[0][:40] or "Unknown program"
