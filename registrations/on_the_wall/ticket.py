"""A ticket: what its code opens. It shows a first name, and its holder can say: I am here."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from meetups.pages import require_form, without_address
from outbox.letters import spoken
from registrations.models import Registration
from registrations.on_the_wall.arriving import arrive, may_arrive, mix
from registrations.tokens import ticket_holder


@never_cache
@require_form
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """404 for a code that is not ours; no way leads from here to the seat itself."""
    seats = Registration.objects.select_related("event__series", "event__venue", "contact")
    seat = seats.filter(pk=ticket_holder(code) or 0).first()
    if seat is None:
        raise Http404
    with override(spoken(seat.contact.language)), timezone.override(seat.event.zone):
        if request.method == "POST":
            _act(seat, request.POST.get("do", ""))
            return without_address(redirect(request.path))
        context = {
            "registration": seat,
            "event": seat.event,
            "may_arrive": may_arrive(seat.event),
            "is_valid": seat.is_seated and not seat.event.is_cancelled,
        }
        return without_address(render(request, "registrations/on_the_wall/ticket.html", context))


def _act(seat: Registration, verb: str) -> None:
    if verb == "here":
        arrive(seat)
    elif verb in {"join", "stay_out"} and seat.came and not seat.event.is_over:
        mix(seat, verb == "join")
