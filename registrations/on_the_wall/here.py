"""The code on the wall: she types the address she registered with, and is checked in."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from meetups import limits
from meetups.models import Event
from meetups.pages import require_form
from people.models import Contact
from registrations.models import DoorKey
from registrations.on_the_wall.arriving import OPENS_BEFORE, arrive, may_arrive, mix
from registrations.on_the_wall.keys import of_one_key

# A whole room may stand behind one address of the house; one person needs few tries.
PER_CLIENT = (300, 600)
PER_ADDRESS = (5, 3600)


class HereForm(forms.Form):
    email = forms.EmailField(
        label=_("The e-mail address you registered with"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mixes = forms.BooleanField(
        label=_("I would like to join a circle and meet people"),
        help_text=_("Six to eight people, half a minute each. Others see your first name."),
        required=False,
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args, label_suffix="")  # type: ignore[arg-type,misc]


@require_form
@of_one_key(DoorKey.Kind.WALL)
def here(request: HttpRequest, key: DoorKey) -> HttpResponse:
    """The answer is the same whoever has a seat: nobody learns from it who comes tonight."""
    event, form = key.event, HereForm(request.POST or None)
    if request.method == "POST" and may_arrive(event) and form.is_valid():
        if wait := _seconds_to_wait(request, key, form.cleaned_data["email"]):
            return limits.too_many(request, wait)
        _check_in(key, form.cleaned_data["email"], form.cleaned_data["mixes"])
        return redirect(f"{request.path}?done=1")
    context = {
        "event": event,
        "key": key,
        "form": form,
        "is_done": "done" in request.GET,
        "may_arrive": may_arrive(event),
        "opens_at": event.starts_at - OPENS_BEFORE,
    }
    return render(request, "registrations/on_the_wall/here.html", context)


def _seconds_to_wait(request: HttpRequest, key: DoorKey, email: str) -> int:
    return limits.seconds_to_wait(
        {
            f"here:{key.pk}:address:{email.lower()}": PER_ADDRESS,
            f"here:{key.pk}:client:{limits.client_of(request)}": PER_CLIENT,
        }
    )


def _check_in(key: DoorKey, email: str, mixes: bool) -> None:
    event: Event = key.event
    contact = Contact.objects.at(email).first()
    seat = event.registrations.active().filter(contact=contact).first() if contact else None
    if seat is None:
        return
    seat.event = event
    arrive(seat, key)
    if mixes:
        mix(seat, True)
