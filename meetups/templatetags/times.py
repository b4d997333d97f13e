"""Times as people say them, always with their zone: "Thursday 10 December, 19:00 (Minsk)"."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop, pgettext, pgettext_lazy

from meetups.walltime import place_of_zone

register = template.Library()

# Within a sentence: many languages write them small there, and so do their facts.
WEEKDAYS = (
    pgettext_lazy("within a sentence", "Monday"),
    pgettext_lazy("within a sentence", "Tuesday"),
    pgettext_lazy("within a sentence", "Wednesday"),
    pgettext_lazy("within a sentence", "Thursday"),
    pgettext_lazy("within a sentence", "Friday"),
    pgettext_lazy("within a sentence", "Saturday"),
    pgettext_lazy("within a sentence", "Sunday"),
)
# Cities of zones that our catalogues know; any other stays as the zone database writes it.
CITIES = (
    gettext_noop("Almaty"),
    gettext_noop("Berlin"),
    gettext_noop("Kyiv"),
    gettext_noop("London"),
    gettext_noop("Minsk"),
    gettext_noop("Moscow"),
    gettext_noop("Shanghai"),
    gettext_noop("Tbilisi"),
    gettext_noop("Vilnius"),
    gettext_noop("Warsaw"),
    gettext_noop("Yerevan"),
)


def _local(moment: datetime | str, zone: str) -> datetime:
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return moment.astimezone(ZoneInfo(zone))


@register.filter
def when(moment: datetime | str, zone: str) -> str:
    """The instant in the zone, in full; the year where it is not this one."""
    local = _local(moment, zone)
    return pgettext("moment", "%(day)s, %(clock)s (%(city)s)") % {
        "day": pgettext("moment", "%(weekday)s %(date)s") % _in_words(local.date()),
        "clock": f"{local:%H:%M}",
        "city": zone_city(zone),
    }


@register.filter
def day(text: str) -> str:
    """The date as people say it: "Thursday 10 December"; the year where it is not this one."""
    return pgettext("deadline", "%(weekday)s %(date)s") % _in_words(date.fromisoformat(text))


def _in_words(found: date) -> dict[str, object]:
    this_year = found.year == timezone.now().year
    # Translators: the letters are those of Django's date filter.
    written = pgettext("date", "j F") if this_year else pgettext("date", "j F Y")
    return {"weekday": WEEKDAYS[found.weekday()], "date": date_format(found, written)}


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
    return gettext(place_of_zone(zone))
