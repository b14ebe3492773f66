"""A database with one long list, and agents who are ready to call it."""

import time
from dataclasses import dataclass

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts import presence
from accounts.models import AgentSeat, Organization, Team, User
from bench.claiming.replay import SPAN, Bindings, Recording, Template, table_of
from calls import lifecycle
from campaigns import lawbook, load, queue, windows
from campaigns.models import Campaign

_APPS = ("accounts", "campaigns", "calls", "core")
_FREE = (
    "UPDATE accounts_agentseat SET state = 'ready', `call` = NULL WHERE user_id IN %s",
    "UPDATE campaigns_dialattempt SET live_agent = NULL WHERE live_agent IN %s",
    "UPDATE calls_call SET live_agent = NULL, status = 'wrapped_up' WHERE live_agent IN %s",
)


@dataclass
class World:
    """One list of a size, with its people; `templates` are the statements of one claim."""

    database: str
    organization: int
    campaign: int
    agents: list[int]
    load_s: float
    templates: list[Template]

    def bindings(self, agent: int) -> Bindings:
        """What is known before an agent's claim."""
        known = (self.organization, self.campaign, agent)
        return {table_of(value): value for value in known}

    def enter(self) -> None:
        """Connects this process to the database."""
        _use(self.database)

    def free(self, agents: list[int]) -> None:
        """Puts agents back on ready seats, whatever became of their calls."""
        with connection.cursor() as cursor:
            for statement in _FREE:
                cursor.execute(statement, [agents])

    def begin_anew(self) -> None:
        """Every lead is new, every number free, everyone ready, the ready table full."""
        self.enter()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE campaigns_lead SET status = 'new' WHERE campaign_id = %s"
                " AND status = 'claimed'",
                [self.campaign],
            )
            cursor.execute(
                "UPDATE campaigns_phonestate SET live_attempt = NULL WHERE live_attempt IS NOT NULL"
            )
        self.free(self.agents)
        queue.wake(self.campaign)
        queue.fill(self.campaign, timezone.now())
        connection.close()


def make(database: str, leads: int, agents: int) -> World:
    """Makes a database in which every id tells its table, and loads the list."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{database}`")
    _use(database)
    call_command("migrate", verbosity=0)
    _spread_ids()
    organization = Organization.objects.create(name="Bench")
    lawbook.ensure(organization)
    campaign = Campaign.objects.create(
        organization=organization, name="Bench", status="running", max_attempts=1000
    )
    begun = time.monotonic()
    load.load(campaign, leads)
    load_s = time.monotonic() - begun
    people = _hire(organization, campaign, agents)
    world = World(database, organization.pk, campaign.pk, people, load_s, [])
    world.templates = _record(world)
    world.free(people)
    connection.close()
    return world


def _use(database: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = database
    windows.forget()


def _spread_ids() -> None:
    tables = [
        model._meta.db_table for app in _APPS for model in apps.get_app_config(app).get_models()
    ]
    with connection.cursor() as cursor:
        for number, table in enumerate(tables, 1):
            cursor.execute(f"ALTER TABLE `{table}` AUTO_INCREMENT = {number * SPAN}")


def _hire(organization: Organization, campaign: Campaign, count: int) -> list[int]:
    """Agents on a shift, the first of them as they log in, the others like the first."""
    people = [
        User(email=f"agent{n}@example.test", name=f"Agent {n}", organization=organization)
        for n in range(count)
    ]
    User.objects.bulk_create(people)
    people = list(User.objects.filter(organization=organization))
    team = Team.objects.create(organization=organization, name="Floor")
    team.members.set(people)
    campaign.teams.add(team)
    for person in people:
        presence.open_session(person)
    AgentSeat.objects.update(state=AgentSeat.State.READY, ready_for=[campaign.pk])
    return [person.pk for person in people]


def _record(world: World) -> list[Template]:
    """The statements of the second claim, when nothing has to be made for the first time."""
    queue.fill(world.campaign, timezone.now())
    first, second = User.objects.filter(pk__in=world.agents[:2])
    lifecycle.next_call(first, timezone.now())
    recording = Recording()
    with connection.execute_wrapper(recording):
        found = lifecycle.next_call(second, timezone.now())
    if found.call is None:
        raise RuntimeError(f"No lead could be claimed: {found.reason_message}")
    return recording.templates()
