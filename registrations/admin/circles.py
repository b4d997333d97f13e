"""The organizer's page for circles: who joins, the next round, and the timer (O14)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.admin.base import number_in
from meetups.models import Event
from meetups.rights import CHANGE, VIEW
from registrations.admin.evenings import act, evening_for, page_of
from registrations.circles.introductions import standing_of
from registrations.circles.mixing import LARGEST, SMALLEST, sizes_for
from registrations.circles.rounds import (
    FEWEST,
    SECONDS_EACH,
    WORTH_CIRCLES,
    all_have_met,
    current,
    leave,
    make_round,
    settle,
    start_round,
)
from registrations.models import DoorKey, Registration
from registrations.on_the_wall.arriving import mix


def circles_pages(door: Callable[..., Any]) -> list[URLPattern]:
    url = "meetups/event/<int:event_id>/circles/"
    return [path(url, door(circles_view), name="registrations_circles")]


def circles_view(request: HttpRequest, event_id: int) -> HttpResponse:
    """Who is willing and here, and the circles as they stand; a fixed number of queries."""
    event = evening_for(request, event_id, CHANGE if request.method == "POST" else VIEW)
    if request.method == "POST":
        act(request, event, VERBS)
        return redirect(request.path)
    here = list(event.registrations.arrived().select_related("contact"))
    joining = [seat for seat in here if seat.mixes]
    standing = standing_of(current(event))
    context = {
        **page_of(request, event, _("Circles")),
        **standing,
        "here": here,
        "joining": len(joining),
        "are_enough": len(joining) >= FEWEST,
        "have_met": all_have_met(standing["circles"], joining),
        "is_one_circle": len(joining) <= LARGEST,
        "not_asked": [seat for seat in here if seat.mixes is None],
        "declined": sum(seat.mixes is False for seat in here),
        "waits_for_start": bool(standing["round"]) and not standing["round"].started_at,
        "sizes": range(SMALLEST, LARGEST + 1),
        "would_be": sizes_for(len(joining)),
        "is_worth_circles": len(joining) >= WORTH_CIRCLES,
        "minutes": -(-len(joining) * SECONDS_EACH // 60),
        "screen": event.door_keys.filter(kind=DoorKey.Kind.CIRCLES, ended_at=None).last(),
    }
    return TemplateResponse(request, "admin/registrations/circles/page.html", context)


def _make(request: HttpRequest, event: Event) -> str:
    wanted = number_in(request.POST.get("size")) or SMALLEST
    made = make_round(event, min(max(wanted, SMALLEST), LARGEST))
    return _("Round %(number)d is on the screen and on the phones.") % {"number": made.number}


def _everybody(request: HttpRequest, event: Event) -> str:
    make_round(event, everybody=True)
    return _("Everybody stands in one circle.")


def _start(request: HttpRequest, event: Event) -> str:
    start_round(event)
    return _("The introductions run. You begin.")


def _settle(request: HttpRequest, event: Event) -> str:
    moved = settle(event)
    return ngettext("%d person moved.", "%d people moved.", moved) % moved


def _leave(request: HttpRequest, event: Event) -> str:
    seat = _seat(request, event)
    leave(seat)
    return _("%(name)s is out of the circles.") % {"name": seat.contact.name or _("The guest")}


def _join(request: HttpRequest, event: Event) -> str:
    seat = _seat(request, event)
    mix(seat, True)
    return _("%(name)s joins the circles.") % {"name": seat.contact.name or _("The guest")}


def _seat(request: HttpRequest, event: Event) -> Registration:
    seats = event.registrations.arrived().select_related("contact", "event")
    return get_object_or_404(seats, pk=number_in(request.POST.get("seat")) or 0)


VERBS = {
    "make": _make,
    "everybody": _everybody,
    "start": _start,
    "settle": _settle,
    "leave": _leave,
    "join": _join,
}
