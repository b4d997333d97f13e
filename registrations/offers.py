"""How long an offered seat waits for its yes: a clock that stands still at night (O21)."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.utils import timezone

from meetups.models import Event
from meetups.walltime import DAWN, NIGHT, instant

# Who is offered a seat has at least that long, or until the start.
SHORTEST = dt.timedelta(minutes=15)


def offer_until(event: Event, zone: str) -> dt.datetime | None:
    """When an offer made now ends, by the clocks of its reader's zone; None: no need to ask.

    Far from the start a seat is given at once. Near it, half of the waking time that is left is
    hers, at most the series' number of hours, so that the next in line has time to come, too.
    """
    now, series = timezone.now(), event.series
    if now < event.starts_at - dt.timedelta(hours=series.ask_hours):
        return None
    awake = waking_time(now, event.starts_at, zone)
    hers = max(min(awake / 2, dt.timedelta(hours=series.offer_hours)), SHORTEST)
    return min(after_waking(now, hers, zone), event.starts_at)


def waking_time(start: dt.datetime, end: dt.datetime, zone: str) -> dt.timedelta:
    """How much of the time between the two instants is no night in the zone."""
    awake = dt.timedelta()
    for dawn, night in _days(start, zone):
        if dawn >= end:
            break
        awake += max(min(night, end) - max(dawn, start), dt.timedelta())
    return awake


def after_waking(start: dt.datetime, length: dt.timedelta, zone: str) -> dt.datetime:
    """The instant at which so much waking time has passed since `start`."""
    for dawn, night in _days(start, zone):
        begin = max(dawn, start)
        if begin >= night:
            continue
        if length <= night - begin:
            return begin + length
        length -= night - begin
    raise AssertionError("days do not end")


def _days(start: dt.datetime, zone: str) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The waking part of each day from the one of `start` on, as instants (walltime.instant)."""
    day = start.astimezone(ZoneInfo(zone)).date()
    while True:
        yield instant(day, DAWN, zone), instant(day, NIGHT, zone)
        day += dt.timedelta(days=1)
