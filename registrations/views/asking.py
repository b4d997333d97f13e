"""The form by which one asks for a seat."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from meetups.limits import client_of, network_of, too_many
from meetups.models import Event, PromoLink, Refused
from meetups.pages import require_form
from registrations.asking.counting import note_amiss, note_opened, note_sent
from registrations.forms import SeatForm
from registrations.limits import seconds_to_wait
from registrations.standing import lines_of


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
    if request.method == "POST":
        note_amiss(event)
    note_opened(request, event)
    return render(request, "registrations/register.html", page | {"lines": lines_of(event)})


def _keep_seat(request: HttpRequest, event: Event, form: SeatForm) -> HttpResponse:
    try:
        if not form.is_from_a_program:
            form.network = network_of(client_of(request))
            source = request.GET.get("from", "")[:100].replace("\x00", "")
            form.save(source, PromoLink.objects.filter(code=source, partner__series=event.series))
            note_sent(event)
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
