from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Model

from meetups.models import Event, EventQuerySet, Series, SeriesQuerySet


class _Pages(Sitemap):
    """Links as the outside knows them, whatever host asked."""

    @property
    def protocol(self) -> str:
        return urlsplit(settings.PUBLIC_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return urlsplit(settings.PUBLIC_URL).netloc


class SeriesPages(_Pages):
    def items(self) -> SeriesQuerySet:
        return Series.objects.only("slug", "name").order_by("pk")


class EventPages(_Pages):
    def items(self) -> EventQuerySet:
        return Event.objects.public().only("slug").order_by("pk")


SITEMAPS = {"series": SeriesPages, "evenings": EventPages}
