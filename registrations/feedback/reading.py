"""What guests said, as organizers and the venue may read it: counts and words, never who."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.utils import timezone

from meetups.models import Event
from registrations.models import Feedback
from venues.models import Venue

# A mean of fewer is somebody's mark, not the room's.
FEWEST = 3
SPAN = dt.timedelta(days=730)


@dataclass(frozen=True)
class Marks:
    """Marks from 5 to 1, counted."""

    given: Counter[int]

    @property
    def rows(self) -> list[tuple[int, int]]:
        return [(mark, self.given[mark]) for mark in range(5, 0, -1)]

    @property
    def number(self) -> int:
        return self.given.total()

    @property
    def mean(self) -> float | None:
        """None where fewer than three said something."""
        if self.number < FEWEST:
            return None
        return sum(mark * n for mark, n in self.given.items()) / self.number


@dataclass
class Said:
    """About one evening, or about one room at one evening."""

    evening: Marks
    room: Marks
    words: list[str] = field(default_factory=list)
    room_words: list[str] = field(default_factory=list)
    people: int = 0


@dataclass
class RoomSaid:
    """What was said of a venue, over its evenings, the latest first."""

    all: Marks
    evenings: list[tuple[Event, Said]]


Row = tuple[int | None, int | None, str, str]


def said_of(event: Event) -> Said:
    """All that was said of this evening; one query. Words stand in no order that tells whose."""
    rows = Feedback.objects.filter(registration__event=event)
    return _said(rows.values_list("evening", "room", "words", "room_words"))


def room_said(venue: Venue, series: Collection[int] | None) -> RoomSaid:
    """What guests of these series said of the venue in two years; two queries."""
    events = Event.objects.published().filter(
        venue=venue, ends_at__range=(timezone.now() - SPAN, timezone.now())
    )
    mine = events if series is None else events.filter(series__in=series)
    evenings = {event.pk: event for event in mine.only("title", "starts_at", "zone", "date")}
    rows = Feedback.objects.filter(registration__event__in=evenings)
    found: dict[int, list[Row]] = {}
    for event, evening, room, words, about in rows.values_list(
        "registration__event", "evening", "room", "words", "room_words"
    ):
        found.setdefault(event, []).append((evening, room, words, about))
    said = [(evenings[pk], _said(rows)) for pk, rows in found.items()]
    said = [(event, one) for event, one in said if one.room.number or one.room_words]
    total = sum((one.room.given for _event, one in said), Counter[int]())
    return RoomSaid(Marks(total), sorted(said, key=lambda pair: pair[0].starts_at, reverse=True))


def _said(rows: Iterable[Row]) -> Said:
    given = list(rows)
    return Said(
        Marks(Counter(evening for evening, _room, _words, _about in given if evening)),
        Marks(Counter(room for _evening, room, _words, _about in given if room)),
        sorted(words for _evening, _room, words, _about in given if words),
        sorted(about for _evening, _room, _words, about in given if about),
        len(given),
    )
