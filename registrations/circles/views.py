"""Circles on the screen, and on the phone of somebody who stands in one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetups.pages import require_form, without_address
from registrations.circles.introductions import standing_of
from registrations.circles.rounds import current
from registrations.circles.wall import wall_of
from registrations.models import DoorKey, Registration
from registrations.on_the_wall.arriving import mix
from registrations.on_the_wall.keys import of_one_key
from registrations.views.holder import of_one_seat


@require_safe
@of_one_key(DoorKey.Kind.CIRCLES)
def screen(request: HttpRequest, key: DoorKey) -> HttpResponse:
    """For a projector; everybody sees its address there, so it has no buttons."""
    standing = standing_of(current(key.event))
    context = {"event": key.event, "wall": wall_of(standing["circles"]), **standing}
    return render(request, "registrations/circles/screen.html", context)


@never_cache
@require_form
@of_one_seat
def circle(request: HttpRequest, registration: Registration) -> HttpResponse:
    """In which circle she stands, with whom, and whether she wants to."""
    event = registration.event
    if request.method == "POST":
        if registration.state == Registration.State.GOING and not event.is_over:
            mix(registration, request.POST.get("do") == "join")
        return without_address(redirect(request.path))
    standing = standing_of(current(event))
    mine = next((one for one in standing["circles"] if registration in one.members), None)
    context = {"event": event, "registration": registration, "mine": mine, **standing}
    return without_address(render(request, "registrations/circles/circle.html", context))
