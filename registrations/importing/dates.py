"""Dates as files write them: one order of day, month and year for a whole file."""

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from meetups.walltime import instant

# As it is chosen, and as strptime reads it.
FORMATS = {
    "2026-12-31": "%Y-%m-%d",
    "31.12.2026": "%d.%m.%Y",
    "12/31/2026": "%m/%d/%Y",
    "31/12/2026": "%d/%m/%Y",
    "December 31, 2026": "%B %d, %Y",
    "Dec 31, 2026": "%b %d, %Y",
    "31 December 2026": "%d %B %Y",
    "31 Dec 2026": "%d %b %Y",
}
# The same signs with day and month the other way round.
TURNED = {"12/31/2026": "31/12/2026", "31/12/2026": "12/31/2026"}
CLOCK = re.compile(r"(?:,?\s+|T)(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*([AaPp]\.?[Mm]\.?)?$")


class NoDate(ValueError):
    """This is no date in the order that was chosen."""


# A file says the same few days over and over.
@lru_cache(maxsize=2048)
def read_moment(text: str, order: str, zone: str) -> tuple[dt.date, dt.time | None]:
    """The day and, where it is written, the time by the clocks of the zone. Raises NoDate.

    A full ISO time with an offset is turned to the zone.
    """
    if re.match(r"\d{4}-\d\d-\d\d[T ].*(?:Z|[+-]\d\d:?\d\d)$", text):
        return _from_iso(text, zone)
    clock = CLOCK.search(text)
    day = text[: clock.start()] if clock else text
    try:
        date = dt.datetime.strptime(day.strip(), FORMATS[order]).date()  # noqa: DTZ007 (a day)
        instant(date, dt.time(0), zone)
        return date, _time(clock) if clock else None
    except (ValueError, OverflowError, ValidationError) as error:
        raise NoDate(text) from error


def _from_iso(text: str, zone: str) -> tuple[dt.date, dt.time | None]:
    try:
        local = dt.datetime.fromisoformat(text).astimezone(ZoneInfo(zone))
        instant(local.date(), dt.time(0), zone)
    except (ValueError, OverflowError, ValidationError) as error:
        raise NoDate(text) from error
    return local.date(), local.time().replace(second=0, microsecond=0)


def _time(clock: re.Match[str]) -> dt.time:
    hour, minute, half = int(clock[1]), int(clock[2]), (clock[3] or "").lower()
    if half:
        hour = hour % 12 + 12 * half.startswith("p")
    return dt.time(hour, minute)


def guessed_order(samples: Iterable[str], zone: str) -> str:
    """The order that reads most of the samples; the first of those that read as many."""
    known = [text for text in samples if text]
    return max(FORMATS, key=lambda order: sum(_reads(text, order, zone) for text in known))


def doubtful(samples: Iterable[str], order: str, zone: str) -> tuple[str, dt.date, dt.date] | None:
    """A sample that is one day in this order and another with day and month the other way round.

    None where the samples tell which is meant.
    """
    if order not in TURNED:
        return None
    known = [text for text in samples if text]
    other = TURNED[order]
    if sum(_reads(t, order, zone) for t in known) != sum(_reads(t, other, zone) for t in known):
        return None
    both = (text for text in known if _reads(text, order, zone) and _reads(text, other, zone))
    days = ((t, read_moment(t, order, zone)[0], read_moment(t, other, zone)[0]) for t in both)
    return next((found for found in days if found[1] != found[2]), None)


def _reads(text: str, order: str, zone: str) -> bool:
    try:
        read_moment(text, order, zone)
    except NoDate:
        return False
    return True
