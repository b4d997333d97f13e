"""The evening behind a page of messages, fetched only for those who may."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from meetups.admin.scope import within
from meetups.models import Event
from meetups.rights import rights_of


def evening_for(request: HttpRequest, event_id: int, action: str, label: str) -> Event:
    """The evening; 404 outside the series in which she may do this with things of this label."""
    ids = rights_of(request).series_ids(action, label)
    events = Event.objects.select_related("series", "venue", "room", "line")
    return get_object_or_404(within(events, "series", ids), pk=event_id)
