"""What a request to a page below an evening asks for: which evening, and which row.

The admin's own helpers cannot be used here: the site that registers them imports these pages.
"""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from meetups.models import Event
from meetups.rights import CHANGE, rights_of

LABEL = "meetups.event"


def evening_to_plan(request: HttpRequest, event_id: int) -> Event:
    """404 outside the series whose evenings she may change."""
    ids = rights_of(request).series_ids(CHANGE, LABEL)
    events = Event.objects.select_related("series", "venue", "room")
    mine = events if ids is None else events.filter(series__in=ids)
    return get_object_or_404(mine, pk=event_id)


def row_number(text: str) -> int:
    """The id in a question or a button; 0, which no row has, for anything that cannot be one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
