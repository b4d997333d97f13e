"""Wall time and instants: what a clock on the wall says in a zone, and when that is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Nobody is disturbed from here to there, by the clocks of where she is.
NIGHT, DAWN = time(21), time(8)
# On the eve, by the event's clocks: after work, while tomorrow can still be arranged (need 83).
EVE_AT = time(18)


def validate_zone(name: str) -> None:
    """Refuses what is no zone of the IANA database."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is no time zone. Write one like Europe/Minsk."), params={"name": name}
        )


def validate_day(day: date) -> None:
    """Refuses years that are slips of the pen; the first and the last have no instant at all."""
    if not 1900 <= day.year <= 2999:
        raise ValidationError(_("The year %(year)s cannot be meant."), params={"year": day.year})


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant at which clocks of the zone show this wall time.

    A wall time that does not exist means the first instant after the gap; one that exists
    twice means the first of the two (contract, "Messages"). Raises ValidationError for a year
    that cannot be meant.
    """
    validate_day(day)
    local = datetime.combine(day, at, ZoneInfo(zone))
    old, new = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    # fold 0 reads with the offset before the change: the first of two, but in a gap too late.
    return old if old <= new else _end_of_gap(new, old, ZoneInfo(zone))


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant between the two at which the zone's offset changes, to the second."""
    old_offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after


def eve_of_day(day: date, zone: str) -> datetime:
    """When people are reminded of an evening of that day: 18:00 on the day before."""
    return instant(day - timedelta(days=1), EVE_AT, zone)


def place_of_zone(zone: str) -> str:
    """The city people know the zone by: "America/Argentina/Buenos_Aires" is "Buenos Aires"."""
    return zone.rpartition("/")[2].replace("_", " ")
