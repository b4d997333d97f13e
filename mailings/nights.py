"""Quiet hours: nobody's phone rings or lights up at night."""

import datetime as dt
from zoneinfo import ZoneInfo

from meetups.walltime import DAWN, NIGHT, instant


def morning_of(moment: dt.datetime, zone: str) -> dt.datetime:
    """The moment itself by day, the next morning by night; by the clocks of the zone."""
    local = moment.astimezone(ZoneInfo(zone))
    if DAWN <= local.time() < NIGHT:
        return moment
    day = local.date() + dt.timedelta(days=local.time() >= NIGHT)
    return instant(day, DAWN, zone)
