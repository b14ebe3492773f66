"""The people and campaigns of the demo organization."""

from dataclasses import dataclass
from typing import Any

from accounts import organizations, people, teams
from accounts.models import Organization, User
from campaigns import editing
from campaigns.models import Campaign

ORGANIZATION = "Northwind Demand (demo)"
ZONE = "America/New_York"

# Address before the @, role, name, team.
PEOPLE = (
    ("admin", User.Role.SUPERADMIN, "Sam Root", ""),
    ("manager", User.Role.MANAGER, "Maya Okafor", "Alpha"),
    ("qa", User.Role.QA, "Quentin Ames", ""),
    ("agent", User.Role.AGENT, "Ava Morales", "Alpha"),
    ("agent2", User.Role.AGENT, "Ben Tanaka", "Alpha"),
    ("agent3", User.Role.AGENT, "Chloé Dubois", "Alpha"),
    ("agent4", User.Role.AGENT, "Dmitri Novak", "Alpha"),
)
SCRIPT = """Hello, I am calling from Northwind.

I am reaching out because many companies review this quarter how they protect their cloud \
accounts. Do you have two minutes?

1. Who looks after this at your company?
2. Is a change planned in the next six months?
3. May I send you our short guide, and call you next week?"""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what the demo is made of."""

    organization: Organization
    manager: User
    agents: list[User]
    everyone: list[User]
    campaigns: list[Campaign]


def assemble(password: str) -> Cast:
    """The demo's organization, people, team and campaigns; what is there already stays."""
    organization = organizations.ensure(ORGANIZATION, is_demo=True, timezone=ZONE)
    everyone = [_person(organization, password, *row[:3]) for row in PEOPLE]
    by_role = {
        role: [user for user in everyone if user.role == role]
        for role in (User.Role.MANAGER, User.Role.AGENT)
    }
    manager, agents = by_role[User.Role.MANAGER][0], by_role[User.Role.AGENT]
    team = teams.ensure(organization, "Alpha", managers=[manager], members=agents)
    shared: dict[str, Any] = {
        "teams": [team],
        "script": SCRIPT,
        "is_demo": True,
        "caller_id": "+12125550100",
    }
    all_day: dict[str, Any] = {"window_start": "00:00", "window_end": "23:59:59"}
    campaigns = [
        _campaign(manager, "Cloud security, Q4", delay_s=5, **shared, **all_day),
        _campaign(manager, "CFO roundtable", mode=Campaign.Mode.PREVIEW, **shared),
    ]
    return Cast(organization, manager, agents, everyone, campaigns)


def _person(organization: Organization, password: str, name: str, role: str, full: str) -> User:
    email = f"{name}@demo.dialer.test"
    found = User.objects.filter(email=email).first()
    if found is not None:
        return found
    home = None if role == User.Role.SUPERADMIN else organization
    return people.add_person(
        email, password, role=role, name=full, organization=home, timezone=ZONE, is_demo=True
    )


def _campaign(manager: User, name: str, **fields: Any) -> Campaign:
    found = Campaign.objects.filter(organization=manager.organization, name=name).first()
    if found is not None:
        return found
    campaign = editing.create_campaign(manager, name=name, **fields)
    return editing.set_status(manager, campaign, Campaign.Status.RUNNING)
