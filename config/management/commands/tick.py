from typing import Any

from django.core.management.base import BaseCommand

from config.tick import tick


class Command(BaseCommand):
    help = "Plans everything that is due now and wakes the workers; sends nothing itself."

    def handle(self, *args: Any, **options: Any) -> None:
        for what, how_many in tick().items():
            self.stdout.write(f"{what}: {how_many}")
