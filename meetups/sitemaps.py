from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet

from meetups.models import Event, EventQuerySet, Series


class Pages(Sitemap):
    """Links as the outside knows them, whatever host asked."""

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> Any:
        return super().get_urls(page, site, urlsplit(settings.PUBLIC_URL).scheme)

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.PUBLIC_URL).netloc


class SeriesPages(Pages):
    def items(self) -> "QuerySet[Series]":
        return Series.objects.only("slug", "name").order_by("pk")


class EventPages(Pages):
    def items(self) -> EventQuerySet:
        return Event.objects.public().only("slug").order_by("pk")


SITEMAPS: "dict[str, type[Sitemap[Any]] | Sitemap[Any]]" = {
    "series": SeriesPages,
    "evenings": EventPages,
}
