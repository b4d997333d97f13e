"""A speaker books a time to try her talk, changes it or gives it back (need 98)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from meetups.limits import seconds_to_wait, too_many
from meetups.models import Refused
from meetups.pages import require_form, without_address
from speakers.forms.rehearsal import RehearsalForm
from speakers.models import Rehearsal, Talk
from speakers.told import Told
from speakers.views.slides import part_of

# Each tells the organizers by mail.
CHANGES_PER_SPEAKER = (10, 3600)


@never_cache
@require_form
def rehearsal(request: HttpRequest, token: str) -> HttpResponse:
    """The free times of her evening, and hers."""
    told = Told(part_of(token))
    talk = told.talk if told.is_coming else None
    form = RehearsalForm(talk, request.POST if request.method == "POST" else None)
    if request.method == "POST" and talk:
        if wait := seconds_to_wait({f"rehearsal:{told.part.pk}": CHANGES_PER_SPEAKER}):
            return too_many(request, wait)
        if said := _give_back(talk) if "back" in request.POST else _book(talk, form):
            messages.success(request, said)
            return without_address(redirect("speakers:rehearsal", token))
    return without_address(render(request, "speakers/rehearsal.html", _context(told, form)))


def _context(told: Told, form: RehearsalForm) -> dict[str, object]:
    return {
        "part": told.part,
        "proposal": told.proposal,
        "series": told.proposal.call.series,
        "talk": told.talk,
        "is_coming": told.is_coming,
        "booked": booked_by(told.talk),
        "form": form,
    }


def booked_by(talk: Talk | None) -> Rehearsal | None:
    """The time that is kept for her; None where there is none to come."""
    times = talk.rehearsals.in_order() if talk else Rehearsal.objects.none()
    return next((time for time in times if not time.is_over), None)


def _book(talk: Talk, form: RehearsalForm) -> str:
    """The sentence that says it; "" where the form now says why not."""
    if not form.is_valid():
        return ""
    try:
        form.cleaned_data["time"].book(talk)
    except Refused as refusal:
        form.add_error("time", refusal)
        return ""
    return _("This time is yours. We have written it to you, with a file for your calendar.")


def _give_back(talk: Talk) -> str:
    time = booked_by(talk)
    if time:
        time.give_back()
    return _("The time is free for somebody else. Thank you for telling us.")
