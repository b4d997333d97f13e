"""When a month's digest is due: at a wall time of its day, by each person's own clocks."""

import datetime as dt
from calendar import monthrange
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from meetups.walltime import instant

# Later than this after it was due a digest is missed: it would tell of what is over by then.
GOOD_FOR = dt.timedelta(hours=48)


def period_of(moment: dt.datetime, zone: str) -> str:
    """The month that the moment is in by the clocks of the zone: "2026-12"."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m}"


def shifted(period: str, months: int) -> str:
    """So many months later, or earlier: "2027-01" is one later than "2026-12"."""
    year, month = map(int, period.split("-"))
    years, zero_based = divmod(year * 12 + month - 1 + months, 12)
    return f"{years:04}-{zero_based + 1:02}"


def day_of(period: str, day: int) -> dt.date:
    """That day of the month, its last where it has fewer."""
    year, month = map(int, period.split("-"))
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


def due_at(period: str, day: int, at: dt.time, zone: str) -> dt.datetime:
    """The instant at which it is due by the clocks of the zone."""
    return instant(day_of(period, day), at, zone)


@lru_cache(maxsize=256)
def dues(period: str, day: int, at: dt.time) -> tuple[dt.datetime, ...]:
    """The instants at which it is due somewhere on earth, the first one first."""
    return tuple(sorted({due_at(period, day, at, zone) for zone in zones()}))


@lru_cache
def zones() -> frozenset[str]:
    """The zones that a person may name; asked once, for it reads the zone database's files."""
    return frozenset(available_timezones())
