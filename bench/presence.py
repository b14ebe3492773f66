"""A floor at work: how late a manager's page learns of a state change, and what the web costs.

    make bench NAME=presence        python -m bench.presence --agents 1000 --seconds 20

One web process (daphne) holds a socket of each agent, all beating as pages do, and a manager's;
the agents' states change at a steady rate. Late is from before the verb to the manager's socket.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

import psutil  # noqa: E402
from django.core.management import call_command  # noqa: E402
from websockets.asyncio.client import ClientConnection, connect  # noqa: E402

from accounts import logins, presence  # noqa: E402
from accounts.authentication import ACCESS  # noqa: E402
from accounts.models import AgentSeat, User  # noqa: E402
from tests import services  # noqa: E402
from tests.factories import CampaignFactory, OrganizationFactory, TeamFactory, UserFactory  # noqa: E402

BEAT_S = 15.0
RATE = 16.0  # changes a second: each of 1,000 agents once a minute
AT_ONCE = 20  # sockets that open together
MEGABYTE = 1024 * 1024


class Floor:
    """The sockets of one organization, and when each change was asked for and told of."""

    def __init__(self, port: int) -> None:
        self.url = f"ws://127.0.0.1:{port}/ws/live/"
        self.asked: dict[int, float] = {}
        self.late: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def join(self, access: str, topics: list[str], *, manages: bool = False) -> None:
        """Opens a page's socket and keeps it alive."""
        headers = {"Cookie": f"{ACCESS}={access}"}
        socket = await connect(self.url, additional_headers=headers, compression=None)
        await socket.send(json.dumps({"type": "subscribe", "topics": topics, "last": None}))
        while json.loads(await socket.recv())["type"] != "subscribed":
            pass
        self._tasks.append(asyncio.create_task(self._hear(socket, manages=manages)))
        if not manages:
            self._tasks.append(asyncio.create_task(_beat(socket, len(self._tasks))))

    def leave(self) -> None:
        """Ends all of it."""
        for task in self._tasks:
            task.cancel()

    async def _hear(self, socket: ClientConnection, *, manages: bool) -> None:
        async for text in socket:
            now, message = time.monotonic(), json.loads(text)
            if message["type"] == "ping":
                await socket.send('{"type": "pong"}')
            if not manages:
                continue
            for hint in message.get("hints", [message]):
                agent = hint.get("subject", {}).get("agent")
                if agent in self.asked and hint["kind"] == "presence.changed":
                    self.late.append((now - self.asked.pop(agent)) * 1000)


async def _beat(socket: ClientConnection, number: int) -> None:
    await asyncio.sleep(number * 0.618 % 1 * BEAT_S)
    while True:
        await socket.send('{"type": "heartbeat", "page": "bench", "activity": true}')
        await asyncio.sleep(BEAT_S)


@dataclass(frozen=True)
class Cast:
    """Agents of one campaign with their access tokens, and their manager's token."""

    agents: list[User]
    tokens: list[str]
    boss: str
    campaign: int


def people(count: int) -> Cast:
    """Everyone of an organization, logged in."""
    organization = OrganizationFactory.create()
    agents = [UserFactory.create(organization=organization) for _ in range(count)]
    boss = UserFactory.create(organization=organization, role="manager")
    team = TeamFactory.create(organization=organization)
    campaign = CampaignFactory.create(organization=organization)
    team.members.add(*agents)
    campaign.teams.add(team)
    tokens = [logins.open_login(one, address=None, agent="bench").access for one in agents]
    boss_token = logins.open_login(boss, address=None, agent="bench").access
    return Cast(agents, tokens, boss_token, campaign.pk)


def change(agent: User, campaign: int) -> None:
    """To ready, or away from it."""
    if AgentSeat.objects.filter(user=agent, state=AgentSeat.State.READY).exists():
        presence.offline(agent)
    else:
        presence.ready(agent, [campaign])


async def changes(floor: Floor, cast: Cast, seconds: float) -> None:
    """Changes states at a steady rate, each agent's in turn."""
    begun = time.monotonic()
    for count in range(int(seconds * RATE)):
        await asyncio.sleep(max(0.0, begun + count / RATE - time.monotonic()))
        agent = cast.agents[count % len(cast.agents)]
        floor.asked[agent.pk] = time.monotonic()
        await asyncio.to_thread(change, agent, cast.campaign)
    await asyncio.sleep(2)


async def measure(web: psutil.Process, port: int, cast: Cast, seconds: float) -> None:
    """Prints the figures."""
    agents, tokens = cast.agents, cast.tokens
    floor = Floor(port)
    for first in range(0, len(agents), AT_ONCE):
        some = list(zip(agents, tokens, strict=True))[first : first + AT_ONCE]
        joins = (floor.join(token, [f"agent:{agent.pk}"]) for agent, token in some)
        await asyncio.gather(*joins)
    await floor.join(cast.boss, [f"org:{agents[0].organization_id}:presence"], manages=True)
    await asyncio.sleep(2)
    before, begun = sum(web.cpu_times()[:2]), time.monotonic()
    await changes(floor, cast, seconds)
    cpu = (sum(web.cpu_times()[:2]) - before) / (time.monotonic() - begun)
    if floor.asked:
        raise RuntimeError(f"{len(floor.asked)} changes did not reach the manager")
    percentiles = statistics.quantiles(floor.late, n=100)
    print(f"presence_p50_ms: {percentiles[49]:.1f} ms")
    print(f"presence_p95_ms: {percentiles[94]:.1f} ms")
    print(f"presence_cpu_percent: {cpu * 100:.1f} %")
    print(f"presence_rss_mb: {web.memory_info().rss / MEGABYTE:.0f} MB")
    floor.leave()


def main() -> None:
    """Prepares a floor in an empty database, opens a web process, and measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    cast, port = people(options.agents), services.free_port()
    argv = [str(Path(sys.executable).with_name("daphne")), "--bind", "127.0.0.1", "--port"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "web.log"
        command = [*argv, str(port), "dialer.asgi:application"]
        with services.running(command, log=log, ready=lambda: services.listens(port)) as web:
            assert isinstance(web, subprocess.Popen)
            found = psutil.Process(web.pid)
            asyncio.run(measure(found, port, cast, options.seconds))


if __name__ == "__main__":
    main()
