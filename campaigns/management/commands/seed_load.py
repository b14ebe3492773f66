"""manage.py seed_load --campaign NAME --leads 1000000: a list as long as one likes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns import load
from campaigns.models import Campaign


class Command(BaseCommand):
    """Adds made-up leads, whose numbers cannot be dialed, to a campaign."""

    help = "Add made-up leads to a campaign, to try out sizes; their numbers reach nobody."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which campaign, and how many leads."""
        parser.add_argument("--campaign", required=True, help="name of the campaign")
        parser.add_argument("--leads", type=int, default=100_000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Adds them and says how many there are."""
        found = list(Campaign.objects.filter(name=options["campaign"])[:2])
        if len(found) != 1:
            raise CommandError("There must be exactly one campaign of this name.")
        total = load.load(found[0], options["leads"])
        self.stdout.write(f"{found[0]} has {total} leads now.")
