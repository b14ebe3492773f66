"""Claims a second: agents who take the next call, at ten thousand, a million and five million.

    make bench NAME=claim        python -m bench.claim --seconds 3 --rounds 3
    quickly: python -m bench.claim --seconds 1 --rounds 1 --large 50000 --huge 100000

A claim is `calls.lifecycle.next_call`, with seat, attempt, call, event and commit. Beside it, in
the same minutes, the bare driver sends the statements of one such claim (claiming/replay.py).
Claimers are processes of twelve agents each, whose seats are freed in bulk between timed claims;
one more process keeps the ready table filled, as the beat does. A rate is the sum over the
claimers of their claims by the time they spent in them.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from bench.claiming import replay, world  # noqa: E402
from bench.claiming.world import World  # noqa: E402
from calls import lifecycle  # noqa: E402
from campaigns import queue  # noqa: E402
from campaigns.models import Campaign  # noqa: E402

CLAIMERS, AGENTS_EACH = (1, 4, 16), 12
SIZES = {"10k": 10_000, "1m": 1_000_000, "5m": 5_000_000}
EMPTY_S, BEAT_S, WARM_UP = 0.005, 0.05, 3
_fork = multiprocessing.get_context("fork")

type Claim = Callable[[int], float | None]  # of an agent: its seconds, None without a lead


@dataclass(frozen=True)
class Case:
    """What is measured at one time."""

    size: str
    claimers: int
    bare: bool


def measure(place: World, case: Case, seconds: float) -> list[list[float]]:
    """Lets the claimers work; the seconds of each one's claims."""
    place.begin_anew()
    until = time.monotonic() + seconds
    filler = _fork.Process(target=keep_filled, args=(place, until))
    filler.start()
    claimers = []
    for number in range(case.claimers):
        people = place.agents[number * AGENTS_EACH : (number + 1) * AGENTS_EACH]
        here, there = _fork.Pipe(duplex=False)
        process = _fork.Process(target=work, args=(place, case, people, until, there))
        process.start()
        there.close()
        claimers.append((process, here))
    results: list[list[float]] = [here.recv() for _, here in claimers]
    results = [own for own in results if own]
    for process in (filler, *(process for process, _ in claimers)):
        process.join()
    return results


def work(place: World, case: Case, people: list[int], until: float, answer: Connection) -> None:
    """Claims for each of the people in turn, again and again; sends the seconds of each claim."""
    place.enter()
    claim = bare(place) if case.bare else ours()
    place.free(people)
    # What a process does for the first time only is no part of a claim.
    for agent in people[:WARM_UP]:
        claim(agent)
    taken: list[float] = []
    while time.monotonic() < until:
        place.free(people)
        for agent in people:
            seconds = claim(agent)
            if seconds is None:
                time.sleep(EMPTY_S)
            else:
                taken.append(seconds)
    answer.send(taken)


def keep_filled(place: World, until: float) -> None:
    """What the beat does, often enough for claims at this speed."""
    place.enter()
    campaign = Campaign.objects.select_related("organization").get(pk=place.campaign)
    while time.monotonic() < until:
        if queue.wants(campaign, timezone.now()):
            queue.fill(campaign.pk, timezone.now())
        time.sleep(BEAT_S)


def ours() -> Claim:
    """The product's way."""
    agents: dict[int, User] = {}

    def claim(agent_id: int) -> float | None:
        agent = agents.get(agent_id) or agents.setdefault(agent_id, User.objects.get(pk=agent_id))
        begun = time.perf_counter()
        found = lifecycle.next_call(agent, timezone.now())
        return time.perf_counter() - begun if found.call else None

    return claim


def bare(place: World) -> Claim:
    """The same statements by the bare driver."""
    own: dict[str, Any] = connection.settings_dict
    line = replay.connect(own["HOST"], int(own["PORT"]), own["USER"], own["PASSWORD"], own["NAME"])

    def claim(agent_id: int) -> float | None:
        try:
            return replay.replay(line, place.templates, place.bindings(agent_id))
        except replay.NothingFoundError:
            return None

    return claim


def report(found: dict[Case, list[list[float]]], worlds: dict[str, World]) -> None:
    """Prints a line for each number."""
    rate = {name(case): sum(len(own) / sum(own) for own in lists) for case, lists in found.items()}
    p95 = {
        name(case): statistics.quantiles([one for own in lists for one in own], n=20)[-1]
        for case, lists in found.items()
    }
    for case in rate:
        print(f"claim_per_s_{case}: {rate[case]:.0f} 1/s")
        print(f"claim_p95_{case}: {p95[case] * 1000:.1f} ms")
    for size in SIZES:
        for claimers in CLAIMERS:
            ratio = rate[f"raw_{claimers}x{size}"] / rate[f"{claimers}x{size}"]
            print(f"claim_vs_raw_{claimers}x{size}: {ratio:.2f} ratio")
    print(f"claim_p95_1m_vs_10k: {p95['16x1m'] / p95['16x10k']:.2f} ratio")
    print(f"claim_p95_5m_vs_10k: {p95['16x5m'] / p95['16x10k']:.2f} ratio")
    print(f"claim_statements: {len(worlds['1m'].templates)} statements")
    for size in ("1m", "5m"):
        print(f"claim_load_{size}: {worlds[size].load_s:.0f} s")


def name(case: Case) -> str:
    """A case as it is printed."""
    return f"{'raw_' if case.bare else ''}{case.claimers}x{case.size}"


def main() -> None:
    """Measures every case in turn, several times over, so that all see the same weather."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=int, default=SIZES["1m"], help="leads of the long list")
    parser.add_argument("--huge", type=int, default=SIZES["5m"], help="of the longest")
    options = parser.parse_args()
    sizes = {**SIZES, "1m": options.large, "5m": options.huge}
    people = max(CLAIMERS) * AGENTS_EACH
    worlds = {
        size: world.make(f"dialer_claim_{size}", leads, people) for size, leads in sizes.items()
    }
    found: dict[Case, list[list[float]]] = defaultdict(list)
    for _ in range(options.rounds):
        for claimers in CLAIMERS:
            for size in SIZES:
                for bare_too in (False, True):
                    case = Case(size, claimers, bare_too)
                    found[case] += measure(worlds[size], case, options.seconds)
    report(found, worlds)


if __name__ == "__main__":
    main()
