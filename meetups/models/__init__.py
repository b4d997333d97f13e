"""What happens when: series with their people, events, and how an evening runs."""

from meetups.models.agenda import Picture, Slot
from meetups.models.evenings import EventQuerySet
from meetups.models.event import Event, Refused
from meetups.models.following import Member, Subscription
from meetups.models.keeping import Forgotten, KeepFor
from meetups.models.partner import Partner, PromoLink
from meetups.models.series import Cycle, Line, Organizer, Series
from meetups.models.wish import Wish

__all__ = [
    "Cycle",
    "Event",
    "EventQuerySet",
    "Forgotten",
    "KeepFor",
    "Line",
    "Member",
    "Organizer",
    "Partner",
    "Picture",
    "PromoLink",
    "Refused",
    "Series",
    "Slot",
    "Subscription",
    "Wish",
]
