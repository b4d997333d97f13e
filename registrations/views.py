"""A guest's way: keep a seat, look at it, give it back. Links to a seat go out by mail only."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetups.calendar import calendar_file
from meetups.limits import client_of, network_of, too_many
from meetups.models import Event, Refused
from meetups.pages import require_form, without_address
from outbox.letters import spoken
from registrations.forms import SeatForm
from registrations.limits import seconds_to_wait
from registrations.models import Registration

View = Callable[[HttpRequest, str], HttpResponse]


@never_cache
@require_form
def register(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a seat; the answer is the same whether or not we know the address."""
    event = get_object_or_404(Event.objects.public().select_related("series", "venue"), slug=slug)
    form = SeatForm(event, request.POST or None)
    page = {"event": event, "form": form}
    if not event.is_open:
        return render(request, "registrations/closed.html", page, status=_closed_status(request))
    if request.method == "POST" and form.is_valid():
        if wait := seconds_to_wait(request, event, form.cleaned_data["email"]):
            return too_many(request, wait)
        return _keep_seat(request, event, form)
    return render(request, "registrations/register.html", page)


def _keep_seat(request: HttpRequest, event: Event, form: SeatForm) -> HttpResponse:
    try:
        if not form.is_from_a_program:
            form.network = network_of(client_of(request))
            form.save(source=request.GET.get("from", "")[:100].replace("\x00", ""))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(event)
    messages.success(
        request,
        _("Thank you. We have just written to %(address)s: the mail says whether you have a seat.")
        % {"address": form.cleaned_data["email"]},
    )
    return redirect(event)


def _closed_status(request: HttpRequest) -> int:
    return 409 if request.method == "POST" else 200


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


def _private(
    request: HttpRequest, page: str, registration: Registration, **more: Any
) -> HttpResponse:
    """A page of one person: no copy is kept, and the address of it goes nowhere."""
    event = registration.event
    waiting = registration.state == Registration.State.WAITING
    place = registration.place_in_queue if waiting else None
    context = {"registration": registration, "event": event, "place_in_queue": place} | more
    return without_address(render(request, f"registrations/{page}.html", context))


@never_cache
@require_safe
@of_one_seat
def detail(request: HttpRequest, registration: Registration) -> HttpResponse:
    return _private(request, "detail", registration, talks=registration.kept_talks())


@never_cache
@require_form
@of_one_seat
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Give the seat back, or leave the queue."""
    if request.method != "POST":
        return _private(request, "cancel", registration)
    try:
        registration.cancel()
        messages.success(
            request, _("The seat is free for somebody else now. Thank you for telling us.")
        )
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return _back(registration)


@never_cache
@require_form
@of_one_seat
def coming(request: HttpRequest, registration: Registration) -> HttpResponse:
    """ "Still coming?" – `answer` is yes or no; a no frees the seat at once (O5)."""
    if request.method != "POST":
        return _private(request, "coming", registration)
    if request.POST.get("answer") == "no":
        return cancel(request, registration.token)
    registration.say_coming()
    messages.success(request, _("Good, see you there."))
    return _back(registration)


@never_cache
@require_form
@of_one_seat
def confirm(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The click that makes a held seat one's own; a scanner that opens links changes nothing."""
    if request.method != "POST":
        return _private(request, "confirm", registration)
    try:
        registration.confirm()
        messages.success(request, _("The seat is yours."))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return _back(registration)


@never_cache
@require_safe
@of_one_seat
def calendar(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The evening for the holder's own calendar."""
    answer = HttpResponse(calendar_file([registration.event]), content_type="text/calendar")
    answer["Content-Disposition"] = 'attachment; filename="evening.ics"'
    return without_address(answer)


def _back(registration: Registration) -> HttpResponse:
    return without_address(redirect(registration))
