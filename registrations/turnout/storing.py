"""Forecasts are written down before the evening, so that afterwards one sees how good they were."""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone

from meetups.models import Event
from meetups.walltime import instant
from registrations.forecast import FEWEST
from registrations.models import Forecast
from registrations.turnout.prospects import Prospect, prospects_of

log = logging.getLogger(__name__)

# So many days before; in the morning, when chairs and food are ordered.
DAYS = (7, 3, 1, 0)
MORNING = time(8)
# On its own day an evening that starts early is forecast at least that long before.
AHEAD = timedelta(hours=1)


def store_due() -> int:
    """Write what is due now, once for each schedule of an evening; twice is harmless.

    Each is written on its own day or never: later it would say what nobody knew then. Returns how
    many were written.
    """
    now = timezone.now()
    due = dict(_due(_soon(now), now))
    prospects = prospects_of([event for event, _days in due.items()], now)
    rows = [_row(prospects[event.pk][0], days, now) for event, days in due.items()]
    written = [row for row in rows if row]
    Forecast.objects.bulk_create(written, ignore_conflicts=True)
    return len(written)


def due_at(event: Event, days: int) -> datetime:
    """The morning so many days before, by the clocks of the evening's place."""
    morning = instant(event.date - timedelta(days=days), MORNING, event.zone)
    return min(morning, event.starts_at - AHEAD)


def _soon(now: datetime) -> Iterable[Event]:
    """Evenings of the next days that have people enough to tell anything."""
    days = timedelta(days=max(DAYS) + 1)
    soon = Event.objects.published().filter(starts_at__gt=now, starts_at__lt=now + days)
    return [event for event in soon.light() if event.seats_taken + event.online_taken >= FEWEST]


def _due(events: Iterable[Event], now: datetime) -> Iterator[tuple[Event, int]]:
    """The evenings whose moment has come and is not yet written about."""
    events = list(events)
    known = Forecast.objects.filter(event__in=events)
    done = set(known.values_list("event", "schedule_rev", "days_before")) if events else set()
    for event in events:
        days = _due_today(event, now)
        if days is not None and (event.pk, event.schedule_rev, days) not in done:
            yield event, days


def _due_today(event: Event, now: datetime) -> int | None:
    try:
        zone = ZoneInfo(event.zone)
        moments = {days: due_at(event, days).astimezone(zone) for days in sorted(DAYS)}
        today = now.astimezone(zone).date()
        passed = (days for days, at in moments.items() if at <= now and at.date() == today)
        return next(passed, None)
    except (ValidationError, ValueError, KeyError):
        log.exception("Not forecast for now: %s", event)
        return None


def _row(prospect: Prospect, days: int, now: datetime) -> Forecast | None:
    outlook, event = prospect.outlook, prospect.event
    if outlook is None:
        return None
    return Forecast(
        event=event, schedule_rev=event.schedule_rev, days_before=days, at=now.astimezone(UTC),
        registered=outlook.registered, low=outlook.low, expected=outlook.expected,
        high=outlook.high,
    )  # fmt: skip
