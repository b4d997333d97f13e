"""How many open the form for a seat and how many send it: numbers, never who (O16)."""

from django.http import HttpRequest

from meetups.models import Event
from registrations.models import FormDay


def is_looked_at(request: HttpRequest) -> bool:
    """Whether somebody is to see the page: not a check of a link, not a browser's guess."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose.lower()


def note_opened(request: HttpRequest, event: Event) -> None:
    if is_looked_at(request):
        FormDay.objects.count_one(event, "opened")


def note_sent(event: Event) -> None:
    FormDay.objects.count_one(event, "sent")


def note_amiss(event: Event) -> None:
    FormDay.objects.count_one(event, "amiss")
