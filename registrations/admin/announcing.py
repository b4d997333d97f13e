"""The text that announces an evening elsewhere, made from what the evening knows (need 68)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from meetups.admin.base import number_in
from meetups.admin.scope import within
from meetups.models import Event
from meetups.rights import VIEW, rights_of
from outbox.letters import spoken

LABEL = "meetups.partner"


def announcement_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """A text to copy into a chat or a post, with a partner's link or the evening's own."""
    event = event_for(request, event_id)
    links = [*event.promo_links.select_related("partner").order_by("partner__name")]
    chosen = next((one for one in links if one.pk == number_in(request.GET.get("link"))), None)
    url = chosen.public_url if chosen else event.public_url
    context = {
        **admin.site.each_context(request),
        "title": _("A text to announce it"),
        "opts": Event._meta,
        "object": event,
        "event": event,
        "links": links,
        "chosen": chosen,
        "text": announcement(event, url),
    }
    return TemplateResponse(request, "admin/meetups/event/announcement.html", context)


def announcement(event: Event, url: str) -> str:
    """Plain text in the language of the evening: what, when with zone, where, talks, the link."""
    with override(spoken(event.language or event.series.language)):
        text = render_to_string("meetups/announcement.txt", {"event": event, "url": url})
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip() + "\n"


def event_for(request: HttpRequest, event_id: int) -> Any:
    """The evening with its talks; 404 outside the series in which she may see sources."""
    ids = rights_of(request).series_ids(VIEW, LABEL)
    events: Any = within(Event.objects.light(), "series", ids)
    return get_object_or_404(events.with_agenda(), pk=event_id)
