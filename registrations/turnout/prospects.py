"""What a forecast is made from, read from rows: who has a seat now, and how past evenings went.

Each way to take part has a rate of its own: seats online are compared with seats online only.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection

from meetups.models import Event
from registrations.forecast import MOST_EVENINGS, Evening, Group, Outlook, Turnout

# Habits change: what somebody did longer ago says little.
OWN_YEARS = timedelta(days=730)

LISTS = """
WITH own AS (
    SELECT past.series_id, seat.contact_id,
           count(*) FILTER (WHERE seat.came) AS came,
           count(*) FILTER (WHERE NOT seat.came) AS missed
    FROM registrations_registration seat JOIN meetups_event past ON past.id = seat.event_id
    WHERE past.series_id IN (SELECT series_id FROM meetups_event WHERE id = ANY(%(events)s))
      AND past.ends_at <= %(now)s AND past.starts_at > %(since)s
      AND seat.state = 'going' AND seat.came IS NOT NULL
    GROUP BY past.series_id, seat.contact_id
)
SELECT event.id, seat.mode, count(*), 1 + seat.guests,
       coalesce(own.came, 0), coalesce(own.missed, 0), seat.coming_at IS NOT NULL
FROM meetups_event event
JOIN registrations_registration seat ON seat.event_id = event.id
LEFT JOIN own ON own.series_id = event.series_id AND own.contact_id = seat.contact_id
WHERE event.id = ANY(%(events)s) AND seat.state = 'going' AND seat.source <> 'walk-in'
GROUP BY event.id, seat.mode, seat.guests, own.came, own.missed, seat.coming_at IS NOT NULL
"""

# Of each evening before this one: seats at its start, who came, and seats as long before its
# start as this one is away now.
PAST = """
SELECT event.id, seat.mode, past.id, past.title, past.date, past.mode = 'both', past.came,
       past.list_closed_at IS NOT NULL, past.list_is_partial,
       coalesce(sum(1 + seat.guests) FILTER (
           WHERE seat.state = 'going' AND seat.source <> 'walk-in'), 0),
       coalesce(sum(1 + seat.guests) FILTER (WHERE seat.state = 'going' AND seat.came), 0),
       CASE WHEN seat.mode = 'onsite' THEN past.nameless ELSE 0 END,
       coalesce(sum(1 + seat.guests) FILTER (
           WHERE seat.source <> 'walk-in'
             AND seat.created_at <= past.starts_at - (event.starts_at - %(now)s)
             AND NOT (seat.state = 'cancelled'
                      AND seat.state_at <= past.starts_at - (event.starts_at - %(now)s))), 0)
FROM meetups_event event
CROSS JOIN LATERAL (
    SELECT id, title, date, mode, came, list_closed_at, list_is_partial, starts_at,
           (SELECT count(*) FROM registrations_scan scan
            WHERE scan.event_id = before.id AND scan.registration_id IS NULL
              AND scan.kind = 'walk_in' AND scan.result = 'admitted') AS nameless
    FROM meetups_event before
    WHERE before.series_id = event.series_id AND before.id <> event.id
      AND before.status = 'published' AND before.ends_at <= %(now)s
      AND before.starts_at < event.starts_at
      AND EXISTS (SELECT FROM registrations_registration held
                  WHERE held.event_id = before.id AND held.state = 'going')
    ORDER BY before.starts_at DESC, before.id DESC LIMIT %(most)s
) past
JOIN registrations_registration seat ON seat.event_id = past.id
WHERE event.id = ANY(%(events)s) AND seat.state IN ('going', 'cancelled')
GROUP BY event.id, seat.mode, past.id, past.title, past.date, past.mode, past.came,
         past.list_closed_at, past.list_is_partial, past.starts_at, past.nameless
ORDER BY past.starts_at DESC, past.id DESC
"""


class Before(NamedTuple):
    """An evening before this one, by one way to take part; `came` is None where nobody counted."""

    pk: int
    title: str
    date: date
    registered: int
    came: int | None
    then: int

    @property
    def percent(self) -> int | None:
        """How many of a hundred registered came, walk-ins with them."""
        known = self.came is not None and self.registered
        return round(100 * (self.came or 0) / self.registered) if known else None


@dataclass(frozen=True)
class Prospect:
    """One way to take part in an evening: who has a seat, and the evenings before."""

    event: Event
    mode: str
    groups: Sequence[Group]
    before: Sequence[Before]
    days: float

    @cached_property
    def known(self) -> list[Evening]:
        """The evenings of which one knows who came."""
        return [
            Evening(one.registered, one.came, one.then)
            for one in self.before
            if one.came is not None and one.registered
        ]

    @cached_property
    def turnout(self) -> Turnout:
        return Turnout(self.known, self.groups, self.days, self.event.limit(self.mode))

    @cached_property
    def outlook(self) -> Outlook | None:
        return self.turnout.outlook()


def prospects_of(events: Sequence[Event], now: datetime) -> dict[int, list[Prospect]]:
    """By evening, on site first; two queries for any number of evenings."""
    asked: dict[str, Any] = {"events": [event.pk for event in events], "now": now}
    asked |= {"since": now - OWN_YEARS, "most": MOST_EVENINGS}
    lists: dict[Any, list[Group]] = defaultdict(list)
    past: dict[Any, list[Before]] = defaultdict(list)
    for pk, mode, *group in _rows(LISTS, asked):
        lists[pk, mode].append(Group(*group))
    for pk, mode, *evening in _rows(PAST, asked):
        past[pk, mode].append(_before(*evening))
    return {
        event.pk: [
            Prospect(event, mode, lists[event.pk, mode], past[event.pk, mode], _days(event, now))
            for mode in event.modes
        ]
        for event in events
    }


def heads(
    is_both: bool,
    counted: int | None,
    is_closed: bool,
    is_partial: bool,
    listed: int,
    nameless: int,
) -> int | None:
    """How many came one way: the number typed by hand, else those on the list; None if unknown.

    With the list count those who were let in without a name. A typed number of an evening on site
    and online says nothing of either.
    """
    if counted is not None and not is_both:
        return counted
    return listed + nameless if (listed or is_closed) and not is_partial else None


def _before(pk: int, title: str, day: date, *row: Any) -> Before:
    is_both, counted, is_closed, is_partial, registered, listed, nameless, then = row
    came = heads(is_both, counted, is_closed, is_partial, listed, nameless)
    return Before(pk, title, day, registered, came, then)


def _days(event: Event, now: datetime) -> float:
    return max((event.starts_at - now) / timedelta(days=1), 0)


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    if not asked["events"]:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
