"""What leaves next, for the desk: messages that wait to be sent, and the reminders to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from mailings.models.reminder import LETTER, eve_of
from meetups.letter_names import letter_name
from meetups.models import Event, Series
from outbox.models import Delivery
from speakers.models import Duty
from speakers.reminding import due_at

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
    """The next messages of these series, the earliest first; four queries whatever there is."""
    series = list(series)
    found = [*_queued(series), *_eves(series), *_duties(series)]
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


def _duties(series: list[Series]) -> Iterator[Leaving]:
    event = "talk__slot__event"
    evenings = {f"{event}__series__in": series, f"{event}__status": Event.Status.PUBLISHED}
    duties = Duty.objects.waiting().filter(
        **evenings, **{f"{event}__starts_at__gt": timezone.now()}
    )
    speakers = Count("talk__proposal__parts", filter=has_to_be_reminded())
    rows = duties.annotate(people=speakers).filter(people__gt=0).select_related(event)
    for duty in rows.order_by("due_on", "pk")[:MOST]:
        slot: Any = duty.talk.slot
        due, what = due_at(duty, slot.event), letter_name(f"speakers/duty_{duty.kind}")
        if due > timezone.now():
            yield Leaving(due, slot.event.zone, what, duty.people, slot.event)


def has_to_be_reminded() -> Q:
    """Of the parts of a duty's talk those that are written to."""
    part = "talk__proposal__parts"
    said_yes = Q(**{f"{part}__accepted_at__isnull": False, f"{part}__contact__isnull": False})
    lacks = Q(**{f"{part}__speaker__photo": ""}) | Q(**{f"{part}__speaker__bio": ""})
    return said_yes & (~Q(kind=Duty.Kind.PROFILE) | lacks)


def _event_id(about: str) -> int | None:
    """The evening that a message is about: 5 for "event:5:0"."""
    kind, _colon, rest = about.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "event" and number.isdecimal() else None
