"""A series as an Atom feed: the evenings to come and the latest that were."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Atom1Feed
from django.utils.formats import date_format

from meetups.models import Event, Series
from meetups.pages import for_all_sites, public_page

LENGTH = 30


class SeriesFeed(Feed):
    feed_type = Atom1Feed
    description_template = "meetups/feed_entry.html"

    def get_object(self, request: HttpRequest, slug: str) -> Series:
        return get_object_or_404(Series, slug=slug)

    def title(self, series: Series) -> str:
        return series.name

    def subtitle(self, series: Series) -> str:
        return series.tagline

    def link(self, series: Series) -> str:
        return series.public_url

    def feed_guid(self, series: Series) -> str:
        return series.public_url

    def items(self, series: Series) -> list[Event]:
        evenings = series.events.public().for_cards().defer(None)
        return list(evenings.order_by("-starts_at", "-pk")[:LENGTH])

    def item_title(self, event: Event) -> str:
        return f"{event.title} ({date_format(event.date)})"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"public_url": settings.PUBLIC_URL}

    def item_link(self, event: Event) -> str:
        return event.public_url

    def item_guid(self, event: Event) -> str:
        return event.uid.urn

    def item_pubdate(self, event: Event) -> datetime:
        return event.created_at

    def item_updateddate(self, event: Event) -> datetime:
        """When its page last became another: announced, or over."""
        return max(event.created_at, event.ends_at) if event.is_over else event.created_at


_feed = SeriesFeed()


@public_page
def series_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    return for_all_sites(_feed(request, slug=slug))
