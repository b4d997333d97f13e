"""What happens when: series with their people, events, and how an evening runs."""

from meetups.models.agenda import Picture, Slot
from meetups.models.evenings import EventQuerySet
from meetups.models.event import Event, Refused
from meetups.models.following import Member, Subscription
from meetups.models.series import Line, Organizer, Series
from meetups.models.wish import Wish

__all__ = [
    "Event",
    "EventQuerySet",
    "Line",
    "Member",
    "Organizer",
    "Picture",
    "Refused",
    "Series",
    "Slot",
    "Subscription",
    "Wish",
]
