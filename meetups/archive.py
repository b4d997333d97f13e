"""A series' archive: which evenings stand on which page."""

from dataclasses import dataclass

from django.db.models import Count, Window
from django.http import Http404

from meetups.models import Event, EventQuerySet, Series

PAGE_SIZE = 20
LAST_PAGE = 10_000


class NoSuchPage(Http404):
    """The archive is shorter than that, or the page's number is none."""


@dataclass(frozen=True)
class ArchivePage:
    evenings: list[Event]
    number: int
    total: int

    @property
    def count(self) -> int:
        return max(-(-self.total // PAGE_SIZE), 1)

    @property
    def newer(self) -> int:
        """The number of the page before; 0 for the first."""
        return self.number - 1

    @property
    def older(self) -> int:
        """The number of the page after; 0 for the last."""
        return self.number + 1 if self.number < self.count else 0


def archive_page(series: Series, query: str, page: str) -> ArchivePage:
    """Past evenings, the latest first; with a query whatever matches, evenings to come too.

    Raises NoSuchPage.
    """
    number = _number(page)
    found = series.events.public().search(query) if query else series.events.past()
    evenings = _slice(found, number)
    if not evenings and number > 1:
        raise NoSuchPage
    total = getattr(evenings[0], "total", 0) if evenings else 0
    return ArchivePage(evenings, number, total)


def _number(page: str) -> int:
    if not page:
        return 1
    if not (page.isascii() and page.isdigit() and 1 <= int(page[:6]) <= LAST_PAGE):
        raise NoSuchPage
    return int(page[:6])


def _slice(found: EventQuerySet, number: int) -> list[Event]:
    first = (number - 1) * PAGE_SIZE
    # The window counts all matches in the same query that fetches one page of them.
    counted = found.for_cards().annotate(total=Window(Count("pk"))).order_by("-starts_at", "-pk")
    return list(counted[first : first + PAGE_SIZE])
