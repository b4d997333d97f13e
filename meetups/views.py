"""The public face: what comes next, what was, and one evening."""

import re
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.contrib.sitemaps import views as sitemaps_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import quote_etag
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from meetups.archive import NoSuchPage, archive_page
from meetups.calendar import calendar_file
from meetups.models import Event, EventQuerySet, Picture, Series
from meetups.pages import for_all_sites, jpeg, kept_page, public_page, source_of
from meetups.posters import poster_of
from meetups.revisions import evenings_version, event_version
from meetups.sitemaps import SITEMAPS

NEXT, BEFORE = 12, 6
A_YEAR = timedelta(days=366)


@kept_page(evenings_version)
def home(request: HttpRequest) -> HttpResponse:
    series = list(Series.objects.defer("description", "description_html", "privacy_text"))
    only = series[0] if len(series) == 1 else None
    context = _next_and_before(Event.objects.all()) | {"all_series": series, "series": only}
    return render(request, "meetups/home.html", context)


@kept_page(evenings_version)
def series(request: HttpRequest, slug: str) -> HttpResponse:
    series = get_object_or_404(Series, slug=slug)
    context = _next_and_before(series.events.all()) | {"series": series}
    return render(request, "meetups/series.html", context)


def archive(request: HttpRequest, slug: str) -> HttpResponseBase:
    # Searches are not kept: there are more of them than places.
    return (_found if request.GET.get("q") else _pages)(request, slug=slug)


def _archive(request: HttpRequest, slug: str) -> HttpResponse:
    series = get_object_or_404(Series, slug=slug)
    query = request.GET.get("q", "")[:200].strip()
    context = {"series": series, "query": query}
    try:
        context["page"] = archive_page(series, query, request.GET.get("page", ""))
    except NoSuchPage:
        return render(request, "meetups/archive.html", context, status=404)
    return render(request, "meetups/archive.html", context)


_found = public_page(_archive)
_pages = kept_page(evenings_version, "page")(_archive)


def event(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The announcement; once the evening is over, what remains of it."""
    return (_by_link if source_of(request) else _plain)(request, slug=slug)


def _event(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.public().light().with_agenda(), slug=slug)
    pictures = list(event.pictures.all()) if event.is_over else []
    context = {"event": event, "series": event.series, "pictures": pictures}
    return render(request, "meetups/event.html", context | {"source": source_of(request)})


# Whoever comes by a link keeps the word of it up to the seat.
_by_link = kept_page(event_version, "from")(_event)
_plain = kept_page(event_version)(_event)


@kept_page(event_version)
def event_poster(request: HttpRequest, slug: str) -> HttpResponse:
    """The evening as a picture to pass on, and what other sites show beside its link."""
    event = get_object_or_404(Event.objects.public().light().with_agenda(), slug=slug)
    return for_all_sites(HttpResponse(poster_of(event).png(), content_type="image/png"))


@public_page
def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.public().light(), slug=slug)
    return _calendar(calendar_file([event]), event.slug)


@public_page
def series_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar people subscribe to: a year back, everything ahead, cancelled evenings too."""
    series = get_object_or_404(Series.objects.only("slug", "name"), slug=slug)
    since = timezone.now() - A_YEAR
    evenings = series.events.public().light().filter(starts_at__gte=since, time_known=True)
    return _calendar(calendar_file(evenings.order_by("starts_at"), name=series.name), series.slug)


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def picture(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A photo of an announced evening; nothing in the file can act as a page."""
    shown = Picture.objects.filter(event__in=Event.objects.public())
    return jpeg(get_object_or_404(shown, pk=pk).file)


def sitemap(request: HttpRequest) -> HttpResponseBase:
    return sitemaps_views.sitemap(request, SITEMAPS)


@public_page
def robots(request: HttpRequest) -> HttpResponse:
    context = {"public_url": settings.PUBLIC_URL}
    return render(request, "robots.txt", context, content_type="text/plain; charset=utf-8")


def _next_and_before(evenings: EventQuerySet) -> dict[str, list[Event]]:
    """The evenings to come, the next first, and the latest that were: three queries for both."""
    shown = evenings.upcoming()[:NEXT].values("pk").union(evenings.past()[:BEFORE].values("pk"))
    cards = list(evenings.filter(pk__in=shown).for_cards().order_by("starts_at", "pk"))
    before = [event for event in reversed(cards) if event.is_over]
    return {"upcoming": [event for event in cards if not event.is_over], "before": before}


def _calendar(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{name}.ics"'
    # The stamp says when the file was made; a file that differs only there has not changed.
    unstamped = re.sub(r"DTSTAMP:\S+", "", text)
    answer["ETag"] = quote_etag(sha256(unstamped.encode()).hexdigest()[:32])
    return for_all_sites(answer)
