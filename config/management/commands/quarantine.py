from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.quarantine import quarantine, release, withdraw


class Command(BaseCommand):
    help = (
        "After a backup was put back and before the workers start: holds every message that is "
        "due, because it may have been sent since the backup was made (docs/operations.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        decision = parser.add_mutually_exclusive_group()
        decision.add_argument("--release", action="store_true", help="let what was held go")
        decision.add_argument("--withdraw", action="store_true", help="never send what was held")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["release"]:
            said = f"{release()} messages released."
        elif options["withdraw"]:
            said = f"{withdraw()} messages withdrawn."
        else:
            found = quarantine()
            said = f"{found.held} messages held, the fate of {found.unknown} is unknown."
        self.stdout.write(said)
