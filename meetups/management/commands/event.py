import re
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from meetups.models import Event

NO_WALL_TIME = "“%s” is no wall time. Write one like 2026-12-11T19:00."
# ISO 8601 has many more ways; a day alone would mean midnight.
WALL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")


class Command(BaseCommand):
    help = "Publishes, cancels or moves an evening or sets its seats, with the verbs of the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        verbs = parser.add_mutually_exclusive_group(required=True)
        verbs.add_argument("--publish", action="store_true")
        verbs.add_argument("--cancel", action="store_true")
        verbs.add_argument(
            "--move", metavar="2026-12-11T19:00", help="wall time in the event's zone"
        )
        verbs.add_argument("--capacity", metavar="N", help="seats; “none” for no limit")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            event = Event.objects.get(slug=options["slug"])
        except Event.DoesNotExist:
            raise CommandError(f"There is no evening “{options['slug']}”.") from None
        try:
            self.stdout.write(self._do(event, options))
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None

    def _do(self, event: Event, options: dict[str, Any]) -> str:
        if options["publish"]:
            event.publish()
            return f"{event}: published."
        if options["cancel"]:
            return f"{event}: cancelled, {event.cancel()} told."
        if options["move"] is not None:
            start = _wall_time(options["move"])
            told = event.move(start.date(), start.time())
            return f"{event}: now {event.local_start:%Y-%m-%d %H:%M} {event.zone}, {told} told."
        seats = _seats(options["capacity"])
        event.set_capacity(seats, event.modes[0])
        return f"{event}: {'no limit' if seats is None else seats} seats."


def _wall_time(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(NO_WALL_TIME % text) from None
    if start.tzinfo:
        raise CommandError("Write the wall time without an offset: it is in the event's zone.")
    if not WALL_TIME.fullmatch(text):
        raise CommandError(NO_WALL_TIME % text)
    return start


def _seats(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 1_000_000:
        raise CommandError(f"“{text}” is no number of seats.")
    return int(text)
