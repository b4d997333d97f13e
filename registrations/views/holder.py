"""The page of one seat, for whoever has its secret link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetups.calendar import calendar_file
from meetups.models import Event
from meetups.pages import without_address
from outbox.letters import spoken
from registrations.forms import ChangeForm, ContestForm
from registrations.models import Registration
from registrations.standing import company_of, mark_of, may_change, place_of

View = Callable[[HttpRequest, str], HttpResponse]


def of_one_seat(view: Callable[[HttpRequest, Registration], HttpResponse]) -> View:
    """The seat of the secret link, in the language in which its holder is written to."""

    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        registration = get_object_or_404(Registration.objects.for_token(token))
        if registration.event.status == Event.Status.DRAFT:
            registration.event.online_url = ""
        with override(spoken(registration.contact.language)):
            return view(request, registration)

    return page


def private_page(
    request: HttpRequest, page: str, registration: Registration, **more: Any
) -> HttpResponse:
    """A page of one person: no copy is kept, and the address of it goes nowhere."""
    zone = registration.contact.time_zone or registration.event.zone
    context = {"registration": registration, "event": registration.event, "own_zone": zone} | more
    return without_address(render(request, f"registrations/{page}.html", context))


def back(registration: Registration) -> HttpResponse:
    """To the page that says how it stands now."""
    return without_address(redirect(registration))


@never_cache
@require_safe
@of_one_seat
def detail(request: HttpRequest, registration: Registration) -> HttpResponse:
    """How it stands, and all that can be done about it."""
    return holders_page(request, registration)


def holders_page(
    request: HttpRequest,
    registration: Registration,
    change: ChangeForm | None = None,
    contest: ContestForm | None = None,
) -> HttpResponse:
    """The page of the seat, with what she typed where something was wrong with it."""
    if change is None and may_change(registration):
        change = ChangeForm(registration)
    return private_page(
        request, "detail", registration,
        place=place_of(registration),
        company=company_of(registration),
        mark=mark_of(registration),
        talks=registration.kept_talks(),
        change=change,
        contest=contest or ContestForm(),
    )  # fmt: skip


@never_cache
@require_safe
@of_one_seat
def calendar(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The evening for the holder's own calendar."""
    answer = HttpResponse(calendar_file([registration.event]), content_type="text/calendar")
    answer["Content-Disposition"] = 'attachment; filename="evening.ics"'
    return without_address(answer)
