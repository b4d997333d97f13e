"""Times as people say them, always with their zone: "Thursday 10 December, 19:00 (Minsk)"."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from meetups.walltime import place_of_zone

register = template.Library()


def _local(moment: datetime | str, zone: str) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(ZoneInfo(zone))


@register.filter
def when(moment: datetime | str, zone: str) -> str:
    """The instant in the zone, in full; the year where it is not this one."""
    local = _local(moment, zone)
    day = "l j F" if local.year == timezone.now().year else "l j F Y"
    return f"{date_format(local, day)}, {local:%H:%M} ({place_of_zone(zone)})"


@register.filter
def day(text: str) -> str:
    """The date as people say it: "Thursday 10 December"; the year where it is not this one."""
    found = date.fromisoformat(text)
    return date_format(found, "l j F" if found.year == timezone.now().year else "l j F Y")


@register.filter
def clock(moment: datetime | str, zone: str) -> str:
    """The time of day in the zone: "19:00"."""
    return f"{_local(moment, zone):%H:%M}"


@register.filter
def local(moment: datetime, zone: str) -> datetime:
    """The instant in the zone, for Django's own date filter."""
    return _local(moment, zone).replace(tzinfo=None)


@register.filter
def zone_city(zone: str) -> str:
    """The city people know the zone by."""
    return place_of_zone(zone)
