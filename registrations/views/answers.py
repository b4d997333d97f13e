"""What the holder of a seat answers: yes, no, otherwise, "I was there". By POST alone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from meetups.models import Refused
from meetups.pages import require_form, without_address
from registrations.forms import ChangeForm, ContestForm
from registrations.models import Registration
from registrations.standing import is_asked, mark_of, may_change, place_of
from registrations.views.holder import back, holders_page, of_one_seat, private_page


@never_cache
@require_form
@of_one_seat
def cancel(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Give the seat back, or leave the queue."""
    if request.method != "POST":
        return private_page(request, "cancel", registration)
    waited = registration.state == Registration.State.WAITING
    try:
        registration.cancel()
        messages.success(request, _left_line() if waited else _freed())
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return back(registration)


def _freed() -> str:
    return _("The seat is free for somebody else now. Thank you for telling us.")


def _left_line() -> str:
    return _("We do not look for a seat for you any more. Thank you for telling us.")


@never_cache
@require_form
@of_one_seat
def coming(request: HttpRequest, registration: Registration) -> HttpResponse:
    """ "Still coming?" – `answer` is yes or no; a no frees the seat at once (O5).

    Whoever has no seat is told how it stands: her place in line is not touched.
    """
    if request.method != "POST":
        return private_page(request, "coming", registration, place=place_of(registration))
    if not is_asked(registration):
        return back(registration)
    answer = request.POST.get("answer")
    if answer == "no":
        return cancel(request, registration.token)
    if answer != "yes":
        messages.error(request, _("Please press yes or no."))
        return without_address(redirect("registrations:coming", registration.token))
    registration.say_coming()
    messages.success(request, _("Good, see you there."))
    return back(registration)


@never_cache
@require_form
@of_one_seat
def confirm(request: HttpRequest, registration: Registration) -> HttpResponse:
    """The click that makes a held seat one's own; a scanner that opens links changes nothing."""
    if request.method != "POST":
        return private_page(request, "confirm", registration)
    try:
        registration.confirm()
        messages.success(request, _("The seat is yours."))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return back(registration)


@never_cache
@require_form
@of_one_seat
def change(request: HttpRequest, registration: Registration) -> HttpResponse:
    """How she takes part, whom she brings, what others see of her; freed seats go on at once."""
    if request.method != "POST":
        return back(registration)
    if not may_change(registration):
        messages.error(request, _("There is no seat any more that could be changed."))
        return back(registration)
    form = ChangeForm(registration, request.POST)
    if not form.is_valid():
        return holders_page(request, registration, change=form)
    try:
        form.save()
        messages.success(request, _("Saved."))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    return back(registration)


@never_cache
@require_form
@of_one_seat
def contest(request: HttpRequest, registration: Registration) -> HttpResponse:
    """Her word against the mark that she was not there (O5)."""
    if request.method != "POST" or not mark_of(registration):
        return back(registration)
    form = ContestForm(request.POST)
    if not form.is_valid():
        return holders_page(request, registration, contest=form)
    registration.contest(form.cleaned_data["words"])
    if registration.appeal == Registration.Appeal.OPEN:
        messages.success(request, _("Thank you. An organizer looks at it."))
    return back(registration)
