"""The organizers' admin: importing it registers what the lower floors have to show."""

from meetups.admin import cap, channel, delivery, event, people, series, venue
from meetups.admin.base import SeriesAdmin, SeriesForm, SeriesInline
from meetups.admin.verbs import VerbForm

__all__ = [
    "SeriesAdmin",
    "SeriesForm",
    "SeriesInline",
    "VerbForm",
    "cap",
    "channel",
    "delivery",
    "event",
    "people",
    "series",
    "venue",
]
