"""{% room_said venue as said %}: what guests said of a venue, for who may read it."""

from typing import Any

from django import template

from meetups.rights import VIEW, rights_of
from registrations.feedback.reading import RoomSaid
from registrations.feedback.reading import room_said as _room_said
from venues.models import Venue

register = template.Library()


@register.simple_tag(takes_context=True)
def room_said(context: Any, venue: Venue) -> RoomSaid:
    """From evenings of her own series alone: a venue may be shared by several."""
    rights = rights_of(context["request"])
    return _room_said(venue, rights.series_ids(VIEW, "registrations.feedback"))
