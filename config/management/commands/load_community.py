from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.community.loading import load_file
from config.community.problems import Refusal


class Command(BaseCommand):
    help = (
        "Loads series, venues, events, people, registrations, calls and waves from a JSON file, "
        "all or nothing. Loading again updates what has the same slug or address. Sends nothing "
        "but what waves say. "
        "docs/formats.md describes the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(load_file(options["file"]))
        except Refusal as refusal:
            raise CommandError(f"Nothing was loaded.\n{refusal}") from None
