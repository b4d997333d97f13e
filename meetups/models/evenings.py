"""Which evenings: the words in which pages, tasks and the admin ask for them."""

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.postgres.search import SearchQuery
from django.db import models
from django.db.models import Q
from django.utils import timezone

from meetups.text import search_words
from meetups.walltime import instant

if TYPE_CHECKING:
    from meetups.models.event import Event  # noqa: F401  whose evenings these are


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> Self:
        """What visitors may see: everything that was ever announced, cancelled evenings too."""
        return self.exclude(status=self.model.Status.DRAFT)

    def published(self) -> Self:
        return self.filter(status=self.model.Status.PUBLISHED)

    def upcoming(self) -> Self:
        """Announced and not over, the next one first."""
        return self.public().filter(ends_at__gt=timezone.now()).order_by("starts_at", "pk")

    def past(self) -> Self:
        """Evenings that took place, the latest first."""
        return self.published().filter(ends_at__lte=timezone.now()).order_by("-starts_at", "-pk")

    def search(self, query: str) -> Self:
        """Evenings with all the words in title, talks or speakers; word beginnings count."""
        words = search_words(query)
        if not words:
            return self.none()
        matches = Q()
        for word in words:
            # The words come from \w+, so they cannot leave the quotes of the query language.
            match = SearchQuery(f"'{word}':*", search_type="raw", config="simple")
            for config in ("english", "french", "russian"):
                match = match | SearchQuery(word, config=config)
            matches &= Q(search=match)
        return self.filter(matches)

    def for_cards(self) -> Self:
        """With all that a card or a line of the archive shows, in three queries."""
        return self.light().defer("description_html", "recap_html").with_agenda()

    def light(self) -> Self:
        """With series and place, without the columns that no page shows."""
        return self.select_related("series", "venue", "room", "line").defer(
            "search", "search_text", "description", "recap", "series__description"
        )

    def with_agenda(self) -> Self:
        """With the agenda and its talks in one query, their speakers in a second."""
        slots = apps.get_model("meetups.Slot")._default_manager.select_related("talk")
        talks = models.Prefetch("slots", slots)
        return self.prefetch_related(talks, "slots__talk__speakers")

    def recompute_instants(self) -> int:
        """Put evenings to come at the right instant again after a change of the zone data."""
        moved = 0
        for event in self.filter(starts_at__gt=timezone.now()):
            if event.starts_at != instant(event.date, event.time, event.zone):
                event.save(update_fields=["starts_at", "ends_at"])
                moved += 1
        return moved
