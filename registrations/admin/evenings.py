"""Pages of an evening that are about its guests: fetched only for those who may."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from meetups.admin.scope import within
from meetups.models import Event, Refused
from meetups.rights import CHANGE, rights_of

LABEL = "registrations.registration"


def evening_for(request: HttpRequest, event_id: int, action: str) -> Event:
    """The evening; 404 outside the series in which she may do this with guests."""
    ids = rights_of(request).series_ids(action, LABEL)
    events = Event.objects.select_related("series", "venue", "room")
    return get_object_or_404(within(events, "series", ids), pk=event_id)


def may_change(request: HttpRequest, event: Event) -> bool:
    return rights_of(request).may_in_one(CHANGE, LABEL, {event.series_id})


def page_of(request: HttpRequest, event: Event, title: Any) -> dict[str, Any]:
    """What every such page shows."""
    return {
        **admin.site.each_context(request),
        "title": title,
        "opts": Event._meta,
        "event": event,
        "may_change": may_change(request, event),
    }


def act(request: HttpRequest, event: Event, verbs: dict[str, Callable[..., str]]) -> None:
    """Run the verb whose button was pressed, and say what has happened or why it has not."""
    verb = verbs.get(request.POST.get("do", ""))
    if verb is None:
        return
    try:
        sentence = verb(request, event)
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
        return
    if sentence:
        admin.site.get_model_admin(Event).log_change(request, event, sentence)
        messages.success(request, sentence)
