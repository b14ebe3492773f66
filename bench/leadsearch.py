"""How long a person waits for the leads that begin with what they type, among five million.

    make bench NAME=leadsearch        python -m bench.leadsearch --leads 5000000 --searches 300

Searches are made by beginnings of numbers, names, companies and addresses of leads that are
there, short and long, and for pages further on; by a manager who sees all campaigns of the
organization, and by one who sees one of two. Beside them, in the same run, the bare driver reads
the same leads by their keys.
"""

import argparse
import os
import random
import statistics
import time
from collections import defaultdict

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from accounts.models import Organization, Team, User  # noqa: E402
from campaigns import finding, lawbook, leadsearch, load  # noqa: E402
from campaigns.models import Campaign, Lead  # noqa: E402

# How much of a field is typed.
LENGTHS = {"phone": (10, 12, 16), "name": (2, 4, 8), "company": (2, 3, 6), "email": (3, 5, 12)}
_BARE = "SELECT id, name, company, email, phone FROM campaigns_lead WHERE id IN %s"


def made(leads: int) -> tuple[list[Campaign], dict[str, User]]:
    """Two campaigns, the second a tenth of the first, and who looks for their leads."""
    organization = Organization.objects.create(name="Bench")
    lawbook.ensure(organization)
    people = {}
    for who in ("all", "one"):
        people[who] = User.objects.create(
            email=f"{who}@example.test", role=User.Role.MANAGER, organization=organization
        )
    team = Team.objects.create(organization=organization, name="Floor")
    team.managers.add(people["all"])
    campaigns = [
        Campaign.objects.create(organization=organization, name=name, status="running")
        for name in ("Long", "Short")
    ]
    for campaign, count in zip(campaigns, (leads, leads // 10), strict=True):
        campaign.teams.add(team)
        load.load(campaign, count)
    campaigns[1].managers.add(people["one"])
    return campaigns, people


def texts(campaign: Campaign, count: int) -> list[tuple[str, str]]:
    """What is typed, and in which field it is found."""
    rng = random.Random(7)
    first = Lead.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True)[0]
    last = Lead.objects.order_by("-pk").values_list("pk", flat=True)[0]
    found: list[tuple[str, str]] = []
    while len(found) < count:
        field = rng.choice(list(LENGTHS))
        lead = Lead.objects.filter(pk=rng.randint(first, last)).first()
        if lead is not None:
            text = getattr(lead, field)[: rng.choice(LENGTHS[field])]
            found.append((field, text))
    return found


def bare(ids: list[int]) -> float:
    """Seconds that the driver takes for the same leads by their keys."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [ids])
        cursor.fetchall()
    return time.perf_counter() - begun


def timed(user: User, field: str, text: str, after: str = "") -> tuple[float, leadsearch.Found]:
    """Seconds of one search, and what it found."""
    begun = time.perf_counter()
    found = leadsearch.search(user, text, field=field, after=after)
    return time.perf_counter() - begun, found


def main() -> None:
    """Loads the leads, searches and prints the times."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--leads", type=int, default=5_000_000)
    parser.add_argument("--searches", type=int, default=300)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    (campaign, short), people = made(options.leads)
    print(f"leadsearch_load: {time.monotonic() - begun:.0f} s")
    taken: dict[str, list[float]] = defaultdict(list)
    for field, text in texts(campaign, options.searches):
        seconds, found = timed(people["all"], field, text)
        taken["all"].append(seconds)
        taken[field].append(seconds)
        if found.rows:
            taken["bare"].append(bare([lead.pk for lead in found.rows]))
        if found.older:
            taken["second_page"].append(timed(people["all"], field, text, found.older)[0])
        taken["one_campaign"].append(timed(people["one"], field, text)[0])
        begun_at = time.perf_counter()
        leadsearch.within(short, text)
        taken["within_the_short"].append(time.perf_counter() - begun_at)
    for name, listed in (("list_of_the_long", campaign), ("list_of_the_short", short)):
        for after in ("", str(options.leads // 2)):
            begun_at = time.perf_counter()
            finding.leads(listed, after=after)
            taken[name].append(time.perf_counter() - begun_at)
    for name, seconds_each in taken.items():
        p95 = statistics.quantiles(seconds_each, n=20)[-1] * 1000
        suffix = "" if name == "all" else f"_{name}"
        print(f"leadsearch_p95_ms{suffix}: {p95:.1f} ms")
    print(f"leadsearch_median_ms: {statistics.median(taken['all']) * 1000:.1f} ms")
    worst = max(taken["all"]) * 1000
    print(f"leadsearch_worst_ms: {worst:.1f} ms")


if __name__ == "__main__":
    main()
