"""The organizer's page "At the door": links for helpers, who came, scans to look at, the list."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.admin.base import number_in
from meetups.models import Event
from meetups.rights import CHANGE, VIEW
from registrations.admin.evenings import act, evening_for, page_of
from registrations.closing import close_list, reopen_list
from registrations.door.snapshot import count
from registrations.models import DoorKey, Registration, Scan

MOST_SCANS = 100


def door_pages(door: Callable[..., Any]) -> list[URLPattern]:
    url = "meetups/event/<int:event_id>/door/"
    return [path(url, door(door_view), name="registrations_door")]


def door_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """All about the entrance of one evening; a fixed number of queries."""
    event = evening_for(request, event_id, CHANGE if request.method == "POST" else VIEW)
    if request.method == "POST":
        act(request, event, VERBS)
        return redirect(request.path)
    to_look_at = _to_look_at(event)
    context = {
        **page_of(request, event, _("At the door")),
        "keys": [_with_event(key, event) for key in event.door_keys.order_by("kind", "pk")],
        "kinds": DoorKey.Kind.choices,
        "count": counts_of(event),
        "scans": to_look_at.select_related("registration__contact", "key")[:MOST_SCANS],
        "unseen": to_look_at.count(),
    }
    return TemplateResponse(request, "admin/registrations/door/page.html", context)


def counts_of(event: Event) -> dict[str, int]:
    """As the phones at the door count, walk-ins apart, and who missed it by a complete list."""
    missed = event.registrations.missed().filter(came_by=Registration.Knows.LIST)
    return {**count(event), "missed": missed.count()}


def _to_look_at(event: Event) -> Any:
    return Scan.objects.to_look_at().filter(event=event)


def _with_event(key: DoorKey, event: Event) -> DoorKey:
    key.event = event
    return key


def _make(request: HttpRequest, event: Event) -> str:
    kind = request.POST.get("kind", "")
    if kind not in DoorKey.Kind.values:
        return ""
    name = request.POST.get("name", "").strip()[:100].replace("\x00", "")
    user: Any = request.user
    key = DoorKey.objects.make(event, kind, name, user)
    return _("A link is made: %(name)s.") % {"name": key}


def _end(request: HttpRequest, event: Event) -> str:
    key = get_object_or_404(event.door_keys, pk=number_in(request.POST.get("key")) or 0)
    key.end()
    return _("The link “%(name)s” opens nothing any more.") % {"name": key}


def _seen(request: HttpRequest, event: Event) -> str:
    """One scan, or without an id all that are there."""
    scans = _to_look_at(event)
    if "scan" in request.POST:
        scans = scans.filter(pk__in=[scan.pk for scan in scans if str(scan.pk) == _scan(request)])
    seen = scans.update(seen_at=timezone.now())
    return ngettext("%d scan was looked at.", "%d scans were looked at.", seen) % seen


def _scan(request: HttpRequest) -> str:
    return request.POST.get("scan", "")


def _complete(request: HttpRequest, event: Event) -> str:
    missed = close_list(event)
    sentence = ngettext(
        "The list is complete: %d person did not come.",
        "The list is complete: %d people did not come.",
        missed,
    )
    return sentence % missed


def _partial(request: HttpRequest, event: Event) -> str:
    unknown = reopen_list(event)
    sentence = ngettext(
        "The list is not complete: of %d person nobody knows whether she came.",
        "The list is not complete: of %d people nobody knows whether they came.",
        unknown,
    )
    return sentence % unknown


VERBS = {
    "make": _make,
    "end": _end,
    "seen": _seen,
    "complete": _complete,
    "partial": _partial,
}
