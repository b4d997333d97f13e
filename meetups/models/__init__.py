"""What happens when: series with their people, events, and how an evening runs."""

from meetups.models.agenda import Picture, Slot
from meetups.models.evenings import EventQuerySet
from meetups.models.event import Event, Refused
from meetups.models.series import Line, Member, Organizer, Series, Subscription

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
]
