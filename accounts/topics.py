"""Which of the people's topics a person may watch: `agent:7`, `org:1:presence`, `team:3:presence`.

A hint names agents by id alone; what a page then fetches passes `for_user`.
"""

from typing import Any

from accounts.models import Team, User

SEE_SEATS = "accounts.view_agentseat"


def may_watch_agent(user: Any, topic: str) -> bool:
    """Everyone themselves; who sees seats, the people in their scope."""
    agent = _id(topic)
    if agent is None or not user.is_authenticated:
        return False
    if agent == user.pk:
        return True
    people = User.objects.for_user(user)
    return bool(user.has_perm(SEE_SEATS) and people.filter(pk=agent).exists())


def may_watch_organization(user: Any, topic: str) -> bool:
    """Who sees seats, their own organization; a superadmin each."""
    if not user.is_authenticated or not user.has_perm(SEE_SEATS):
        return False
    return bool(user.is_superadmin or user.organization_id == _id(topic))


def may_watch_team(user: Any, topic: str) -> bool:
    """A team's managers; a superadmin each team."""
    team = _id(topic)
    if team is None or not user.is_authenticated or not user.has_perm(SEE_SEATS):
        return False
    managed = Team.objects.for_user(user).filter(managers=user)
    return bool(user.is_superadmin or managed.filter(pk=team).exists())


def _id(topic: str) -> int | None:
    word = topic.split(":")[1] if ":" in topic else ""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 19 else None
