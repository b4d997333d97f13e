from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.invariants import INVARIANTS


class Command(BaseCommand):
    help = "Prints each invariant with “ok” or the offending rows; exit code 1 if any is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for name, check in INVARIANTS:
            offending = check()
            broken += bool(offending)
            self.stdout.write(f"{name}: {'ok' if not offending else f'{len(offending)} broken'}")
            for row in offending:
                self.stdout.write(f"  {row}")
        if broken:
            raise CommandError(f"{broken} of {len(INVARIANTS)} invariants are broken.")
