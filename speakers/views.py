from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from meetups.models import Slot
from meetups.pages import public_page
from speakers.models import Talk


@public_page
def talk(request: HttpRequest, slug: str) -> HttpResponse:
    """One talk: what it was about, by whom, on which evening, and what remains of it."""
    talks = Talk.objects.public().select_related("slot__event__series", "slot__event__venue")
    talk = get_object_or_404(talks.prefetch_related("speakers"), slug=slug)
    event = cast(Slot, talk.slot).event  # public() leaves out talks without a slot
    return render(
        request, "speakers/talk.html", {"talk": talk, "event": event, "series": event.series}
    )
