"""`manage.py verify_audit`: proves that the audit log is as it was sealed."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core import sealing


class Command(BaseCommand):
    """Exits with 1 and names the first broken entry when there is one."""

    help = "Prove the audit log's chain of seals; exit with 1 at the first entry that is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to begin, and what must be met."""
        parser.add_argument(
            "--from-seq",
            type=int,
            default=1,
            metavar="N",
            help="begin with the batch that holds this entry, and trust what lies before it",
        )
        parser.add_argument(
            "--expect-digest",
            default="",
            metavar="HEX",
            help="a digest of an 'audit sealed' line of the logs, that a seal must have",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Walks the chain and tells what it found."""
        expected = options["expect_digest"].strip().lower()
        found = sealing.verify(options["from_seq"], expected)
        if found.problem:
            self.stderr.write(f"BROKEN: {found.problem}")
        self.stdout.write(
            f"{found.entries} entries proven up to {found.last_seq};"
            f" {found.waiting} not sealed yet; last seal {found.digest or 'none'}"
        )
        if found.problem:
            sys.exit(1)
