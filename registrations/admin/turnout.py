"""Below an evening: how many will come, what to prepare, and how good the forecasts were (O4)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from meetups.admin.scope import within
from meetups.models import Event
from meetups.rights import ADD, CHANGE, VIEW, rights_of
from registrations.models import Forecast
from registrations.turnout.audience import first_evening
from registrations.turnout.report import report_of

# Not a table that anybody edits: figures, for those who run the evening.
LABEL = "registrations.forecast"


def forecast_pages(door: Callable[[Any], Any]) -> list[URLPattern]:
    """Behind the admin's door."""
    url = "meetups/event/<int:event_id>/forecast/"
    return [path(url, door(forecast_view), name="registrations_forecast")]


def forecast_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """The page; a fixed number of queries, and 404 outside her series."""
    rights = rights_of(request)
    events = Event.objects.light().select_related("room")
    mine = within(events, "series", rights.series_ids(VIEW, LABEL))
    event = get_object_or_404(mine, pk=event_id)
    context = {
        **admin.site.each_context(request),
        "title": _("How many will come") if not event.is_over else _("How many came"),
        "opts": Forecast._meta,
        "event": event,
        "report": report_of(event, timezone.now()),
        "first": first_evening(),
        "may_change": rights.may_in_one(CHANGE, "meetups.event", {event.series_id}),
        "may_write": rights.may_in_one(ADD, "mailings.wave", {event.series_id}),
    }
    return TemplateResponse(request, "admin/registrations/forecast/page.html", context)
