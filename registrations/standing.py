"""What a holder's page says beyond the state: why she waits, who else comes, what was noted."""

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from meetups.models import Event
from registrations.models import Registration
from registrations.models.seats import MISSED_WINDOW

State = Registration.State
# So many names are read; more are a crowd.
NAMES = 100


def may_change(registration: Registration) -> bool:
    """Whether there is something left to change: a seat or a place in line, before the start."""
    return registration.event.is_open and registration.state in Registration.ACTIVE


def is_asked(registration: Registration) -> bool:
    """Whether "still coming?" is a question to her: she has a seat, and it has not begun."""
    return registration.event.is_open and registration.state == State.GOING


def lines_of(event: Event) -> list[tuple[str, int]]:
    """The ways to take part that people wait for, and how many do; for whoever thinks of it."""
    rows = event.registrations.waiting().filter(needs_approval=False)
    counts = dict(rows.order_by().values_list("mode").annotate(Count("pk")))
    return [(str(Event.Mode(mode).label), counts[mode]) for mode in event.modes if mode in counts]


class Place(NamedTuple):
    """A place in line, and why nothing has come yet."""

    number: int
    # People who waited like her and have got a seat since she is in line.
    moved: int
    # From then on nobody is moved up unasked; None: everybody always is.
    asked_from: dt.datetime | None
    is_near: bool
    # The other way to take part, where it has seats for her.
    elsewhere: str

    @property
    def ahead(self) -> int:
        return self.number - 1


def place_of(registration: Registration) -> Place | None:
    """Where she stands; None for whoever is not in line, or waits for an organizer's yes."""
    event = registration.event
    if registration.state != State.WAITING or registration.needs_approval or event.is_over:
        return None
    same = event.registrations.filter(mode=registration.mode, queue_no__isnull=False)
    moved = same.filter(
        state__in=[State.GOING, State.OFFERED], state_at__gt=registration.state_at
    ).count()
    hours = event.series.ask_hours
    asked_from = event.starts_at - dt.timedelta(hours=hours) if hours else None
    return Place(
        registration.place_in_queue,
        moved,
        asked_from,
        bool(asked_from and asked_from <= timezone.now()),
        _elsewhere(registration),
    )


def _elsewhere(registration: Registration) -> str:
    event = registration.event
    for mode in event.modes:
        left = event.seats_left(mode)
        if mode != registration.mode and (left is None or left >= registration.seats):
            return mode
    return ""


class Company(NamedTuple):
    """The others who come: those who show their names, and how many besides."""

    names: list[str]
    more: int


def company_of(registration: Registration) -> Company | None:
    """Who else comes; only for somebody with a seat, and while it is still to come."""
    event = registration.event
    if registration.state != State.GOING or event.is_over or event.is_cancelled:
        return None
    others = event.registrations.going().exclude(pk=registration.pk)
    shown = others.filter(is_shown=True).exclude(contact__name="")
    by_name = shown.order_by("contact__name", "pk").values_list("contact__name", flat=True)
    names = list(by_name[:NAMES])
    return Company(names, others.aggregate(n=Sum(1 + F("guests"), default=0))["n"] - len(names))


class Mark(NamedTuple):
    """ "She was not there", as she sees it herself."""

    # The day until which it counts, in the evening's zone.
    until_day: str
    # How many such marks of this series count now, this one among them if it does.
    held: int
    counts: bool
    limit: int | None


def mark_of(registration: Registration) -> Mark | None:
    """The note that she was not there, or that it is gone; None where nobody kept a list."""
    event = registration.event
    was_marked = Q(came=False) | Q(appeal=Registration.Appeal.GRANTED)
    mine = Registration.objects.going().filter(was_marked, pk=registration.pk)
    if registration.came is None or not event.is_over or not mine.exists():
        return None
    held = Registration.objects.held_against(registration.contact, event.series)
    found = set(held.values_list("pk", flat=True))
    until = (event.local_start + MISSED_WINDOW).date().isoformat()
    return Mark(until, len(found), registration.pk in found, event.series.missed_limit)
