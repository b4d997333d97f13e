from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from outbox import sweeping, wake
from outbox.models import Delivery
from outbox.states import State


class Command(BaseCommand):
    help = (
        "Settles messages whose fate is unknown from the evidence received (reliability.md §4.2)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--feed-complete-until",
            type=moment,
            metavar="ISO",
            help="Every delivery event up to then has arrived: messages handed over before it and"
            " without evidence are sent once more.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        freed, lost = sweeping.free_abandoned()
        again = sweeping.send_again_without_evidence()
        if options["feed_complete_until"]:
            again += sweeping.send_again_before(options["feed_complete_until"])
        unknown = Delivery.objects.filter(state=State.UNKNOWN).count()
        wake.ring()
        self.stdout.write(
            f"{freed} claims freed, {lost} hand-overs without an answer,"
            f" {again} queued once more, {unknown} unknown."
        )


def moment(text: str) -> datetime:
    """The instant; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        sentence = f"{text!r} is no ISO 8601 time such as 2026-11-20T18:00Z."
        raise ArgumentTypeError(sentence) from error
    return timezone.make_aware(at, UTC) if timezone.is_naive(at) else at
