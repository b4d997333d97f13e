"""What guests said of an evening: a page below the evening, without a name."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from meetups.models import Event
from meetups.rights import VIEW, rights_of
from registrations.feedback.reading import said_of
from registrations.models import Feedback

LABEL = "registrations.feedback"


def evening_pages() -> list[URLPattern]:
    view = admin.site.admin_view(feedback_view)
    return [
        path("meetups/event/<int:event_id>/feedback/", view, name="registrations_feedback"),
    ]


def feedback_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """Marks as counts, words as they came; 404 outside one's own series."""
    ids = rights_of(request).series_ids(VIEW, LABEL)
    events = Event.objects.select_related("series", "venue", "room")
    event = get_object_or_404(events if ids is None else events.filter(series__in=ids), pk=event_id)
    context = {
        **admin.site.each_context(request),
        "title": _("What guests said"),
        "opts": Feedback._meta,
        "object": event,
        "said": said_of(event),
    }
    return TemplateResponse(request, "admin/registrations/feedback.html", context)
