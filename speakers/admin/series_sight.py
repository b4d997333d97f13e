"""Pages over whole series: of which of them somebody sees something, and which she asked for."""

from django.http import Http404, HttpRequest

from meetups.admin.base import number_in
from meetups.models import Series
from meetups.rights import VIEW, rights_of


class SeriesSight:
    """Her series, and the one chosen by `?series=`; None for all of them.

    Raises Http404 for a series that is not hers, and for somebody who sees none of it.
    """

    def __init__(self, request: HttpRequest, label: str) -> None:
        rights = rights_of(request)
        if not rights.may(VIEW, label):
            raise Http404
        ids = rights.series_ids(VIEW, label)
        every = Series.objects.only("pk", "name", "slug", "hue").order_by("name", "pk")
        self.series = list(every if ids is None else every.filter(pk__in=ids))
        self.chosen = self._asked_for(request.GET.get("series", ""))

    def _asked_for(self, text: str) -> Series | None:
        if not text:
            return None
        found = [one for one in self.series if one.pk == number_in(text)]
        if not found:
            raise Http404
        return found[0]

    @property
    def ids(self) -> list[int]:
        """The series that the page is about."""
        return [one.pk for one in ([self.chosen] if self.chosen else self.series)]

    @property
    def is_choice(self) -> bool:
        """Whether there is something to choose."""
        return len(self.series) > 1
