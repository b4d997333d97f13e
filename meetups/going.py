"""A partner's short link: counted as a number, and passed on to the evening it is for (O28)."""

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from meetups.models import Event, PromoLink


@never_cache
@require_safe
def go(request: HttpRequest, key: str) -> HttpResponse:
    """302 to the evening, with the code, so that a seat knows by whom it came. 404 for no link.

    Counts readers, not browsers that look ahead, and keeps nothing of anybody.
    """
    found = PromoLink.objects.filter(code=key.lower())
    link = found.select_related("event", "partner__series").first()
    if link is None:
        raise Http404
    if request.method == "GET" and not _looks_ahead(request):
        found.update(opened=F("opened") + 1)
    event = evening_of(link)
    if event is None:
        return redirect(link.partner.series)
    return redirect(f"{event.get_absolute_url()}?{urlencode({'from': link.code})}")


def evening_of(link: PromoLink) -> Event | None:
    """The evening that the link leads to now: its own, else the next; None where there is none."""
    if link.event:
        return link.event if link.event.status != Event.Status.DRAFT else None
    upcoming = link.partner.series.events.published().filter(starts_at__gt=timezone.now())
    return upcoming.order_by("starts_at", "pk").first()


def _looks_ahead(request: HttpRequest) -> bool:
    """Whether the browser only guesses that somebody will open it (Fetch, `Sec-Purpose`)."""
    asked = f"{request.headers.get('Sec-Purpose', '')} {request.headers.get('Purpose', '')}"
    return "prefetch" in asked or "preview" in asked
