"""The page of somebody who is asked to help, for whoever has its secret link (need 99)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from meetups.models import Refused
from meetups.pages import require_form, without_address
from outbox.letters import spoken
from planning.briefing import words_of
from planning.models import ShiftPlace


@never_cache
@require_form
def help_page(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what she is asked for and changes nothing; POST is her yes or no."""
    place = get_object_or_404(ShiftPlace.objects.for_token(token))
    with override(spoken(place.contact.language or place.shift.event.series.language)):
        return _answered(request, place) if request.method == "POST" else _shown(request, place)


def _answered(request: HttpRequest, place: ShiftPlace) -> HttpResponse:
    said = request.POST.get("answer")
    if request.POST.get("about") != place.shift.event.about:
        messages.info(request, _("The evening has changed meanwhile. Please look once more."))
    elif said in {"yes", "no"}:
        try:
            place.answer(said == "yes")
        except Refused as refused:
            messages.error(request, " ".join(refused.messages))
    return without_address(redirect(request.path))


def _shown(request: HttpRequest, place: ShiftPlace) -> HttpResponse:
    event = place.shift.event
    is_confirmed = place.state == ShiftPlace.State.CONFIRMED and not place.is_stale
    context = {
        "place": place,
        "event": event,
        "is_open": not event.is_cancelled and not event.is_over,
        "words": words_of(event) if is_confirmed else "",
    }
    return without_address(render(request, "planning/help.html", context))
