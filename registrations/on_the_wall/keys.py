"""The evening behind a helper's link: 404 for none of ours, 410 once it has ended."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache

from meetups.pages import without_address
from outbox.letters import spoken
from registrations.models import DoorKey

View = Callable[[HttpRequest, DoorKey], HttpResponse]


def of_one_key(kind: str) -> Callable[[View], Callable[[HttpRequest, str], HttpResponse]]:
    """A page in the language of the series, with the clocks of its evening."""

    def decorate(view: View) -> Callable[[HttpRequest, str], HttpResponse]:
        @never_cache
        @wraps(view)
        def page(request: HttpRequest, token: str) -> HttpResponse:
            key = get_object_or_404(DoorKey.objects.for_token(token, kind))
            event = key.event
            with override(spoken(event.series.language)), timezone.override(event.zone):
                if not key.is_open:
                    context = {"event": event, "key": key}
                    gone = "registrations/on_the_wall/gone.html"
                    return without_address(render(request, gone, context, status=410))
                return without_address(view(request, key))

        return page

    return decorate
