"""How long a manager waits for the dry run and the explanation of a list of a million leads.

    make bench NAME=dryrun        python -m bench.dryrun --leads 1000000 --suppressed 20000

Beside them, in the same run, the bare count of the campaign's leads by status, which reads the
same index.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Organization  # noqa: E402
from campaigns import dryrun, explaining, lawbook, load  # noqa: E402
from campaigns.models import Campaign, Lead, SuppressionEntry  # noqa: E402

ROUNDS = 3
PASSING = 100  # one suppressed number of so many is so for a time only


def made(leads: int, suppressed: int) -> Campaign:
    """A campaign with that many leads, of whose numbers some are not called."""
    organization = Organization.objects.create(name="Bench")
    lawbook.ensure(organization)
    campaign = Campaign.objects.create(
        organization=organization, name="Bench", status="running", max_attempts=5
    )
    load.load(campaign, leads)
    now = timezone.now()
    step = max(1, leads // suppressed)
    phones = (
        Lead.objects.filter(campaign=campaign).order_by("phone").values_list("phone", flat=True)
    )
    SuppressionEntry.objects.bulk_create(
        (
            SuppressionEntry(
                organization=organization,
                phone=phone,
                source="import",
                created_at=now,
                expires_at=None if n % PASSING else now + timedelta(days=n % 30 + 1),
            )
            for n, phone in enumerate(phones[::step])
        ),
        batch_size=2000,
    )
    return Campaign.objects.select_related("organization").get(pk=campaign.pk)


def seconds(work: Callable[[], object]) -> float:
    """The median of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main() -> None:
    """Makes the list, and prints a line for each number."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--suppressed", type=int, default=20_000)
    options = parser.parse_args()
    call_command("migrate", verbosity=0)
    campaign = made(options.leads, options.suppressed)
    rows = Lead.objects.filter(campaign=campaign).values_list("status")
    bare = seconds(lambda: list(rows.annotate(Count("pk"))))
    dry = seconds(lambda: dryrun.dry_run(campaign, timezone.now()))
    why = seconds(lambda: explaining.explain(campaign, timezone.now()))
    print(f"dryrun_1m_s: {dry:.2f} s")
    print(f"explain_1m_s: {why:.2f} s")
    print(f"count_by_status_1m_s: {bare:.2f} s")
    print(f"dryrun_vs_count: {dry / bare:.1f} ratio")


if __name__ == "__main__":
    main()
