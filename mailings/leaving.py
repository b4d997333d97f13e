"""What leaves next, for the desk: messages that wait to be sent, and the reminders to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min
from django.utils import timezone

from mailings.models import LETTER, eve_of
from meetups.letter_names import letter_name
from meetups.models import Event, Series
from outbox.models import Delivery

MOST = 6


@dataclass(frozen=True)
class Leaving:
    """One line of "Leaving next": when, what, to how many people, about which evening."""

    at: datetime
    zone: str
    what: str
    people: int
    event: Event | None = None


def leaving_next(series: Iterable[Series]) -> list[Leaving]:
    """The next messages of these series, the earliest first; three queries whatever there is."""
    series = list(series)
    found = [*_queued(series), *_eves(series)]
    return sorted(found, key=lambda line: line.at)[:MOST]


def _queued(series: list[Series]) -> Iterator[Leaving]:
    waiting = Delivery.objects.filter(
        state=Delivery.State.QUEUED, realm__in=[one.realm for one in series]
    )
    groups = (
        waiting.order_by().values("template", "about").annotate(n=Count("pk"), at=Min("not_before"))
    )
    first = list(groups.order_by("at")[:MOST])
    events = Event.objects.in_bulk({pk for group in first if (pk := _event_id(group["about"]))})
    for group in first:
        event = events.get(_event_id(group["about"]))
        zone = event.zone if event else series[0].time_zone
        yield Leaving(group["at"], zone, letter_name(group["template"]), group["n"], event)


def _eves(series: list[Series]) -> Iterator[Leaving]:
    events = Event.objects.published().filter(series__in=series, time_known=True)
    for event in events.filter(starts_at__gt=timezone.now()).order_by("starts_at")[:MOST]:
        due = eve_of(event)
        if due > timezone.now():
            people = event.seats_taken + event.online_taken
            yield Leaving(due, event.zone, letter_name(LETTER), people, event)


def _event_id(about: str) -> int | None:
    """The evening that a message is about: 5 for "event:5:0"."""
    kind, _colon, rest = about.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "event" and number.isdecimal() else None
