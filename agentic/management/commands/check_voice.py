"""Says whether a real voice could speak now, part by part."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agentic import readiness


class Command(BaseCommand):
    """Asks LiveKit, its trunks and Gemini; nobody is called."""

    help = "Checks settings, LiveKit, its trunks and Gemini, and says how to mend what fails."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints a line for each part; ends with an error when one fails."""
        found = readiness.examine()
        for each in found:
            mark = self.style.SUCCESS("ok  ") if each.ok else self.style.ERROR("FAIL")
            self.stdout.write(f"{mark} {each.part}: {each.said}")
            if each.fix:
                self.stdout.write(f"     {each.fix}")
        failed = sum(not each.ok for each in found)
        if failed:
            raise CommandError(f"A voice cannot speak yet: {failed} to mend.")
        self.stdout.write("A voice can speak. Start it with: make voice")
