"""The list for the building's security: who is expected, by name and nothing else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from meetups.models import Event
from registrations.models import DoorKey
from registrations.on_the_wall.keys import of_one_key


@require_safe
@of_one_key(DoorKey.Kind.LIST)
def guest_list(request: HttpRequest, key: DoorKey) -> HttpResponse:
    """Names in order, and how many each brings along; no address leaves by it."""
    asked = request.GET.get("q", "").strip()[:100]
    expected = names_of(key.event)
    found = [one for one in expected if asked.casefold() in one[0].casefold()]
    context = {
        "event": key.event,
        "key": key,
        "guests": found,
        "asked": asked,
        "people": sum(1 + guests for _name, guests in expected),
        "made_at": timezone.now(),
    }
    return render(request, "registrations/on_the_wall/guest_list.html", context)


def names_of(event: Event) -> list[tuple[str, int]]:
    """Everybody with a seat in the room, by name, with how many come along; some left no name."""
    going = event.registrations.going().exclude(mode=Event.Mode.ONLINE)
    rows = going.values_list("contact__name", "guests")
    return sorted(rows, key=lambda row: (not row[0], row[0].casefold()))
