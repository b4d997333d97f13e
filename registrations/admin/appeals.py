"""What waits for an organizer in a list of guests: requests for a seat, and contested marks."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.models import Event
from registrations.models import Registration
from registrations.models.seats import REGULAR_VISITS

A_YEAR = timedelta(days=365)


class DueFilter(admin.SimpleListFilter):
    title, parameter_name = _("waits for"), "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("our yes")), ("appeal", _("our answer to “I was there”"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        seats: Any = queryset
        if self.value() == "yes":
            on = {"event__status": Event.Status.PUBLISHED, "event__ends_at__gt": timezone.now()}
            return seats.filter(state=Registration.State.WAITING, needs_approval=True, **on)
        if self.value() == "appeal":
            return seats.filter(appeal=Registration.Appeal.OPEN)
        return queryset


def note_visits(seats: Iterable[Registration]) -> list[Any]:
    """The same seats, each with `visits`: how often its holder came within a year; one query."""
    found: list[Any] = list(seats)
    came = Registration.objects.arrived().filter(
        contact__in={seat.contact_id for seat in found},
        event__series__in={seat.event.series_id for seat in found},
        event__starts_at__gt=timezone.now() - A_YEAR,
    )
    people = came.order_by().values_list("contact", "event__series")
    numbers = {(person, series): n for person, series, n in people.annotate(n=Count("pk"))}
    for seat in found:
        seat.visits = numbers.get((seat.contact_id, seat.event.series_id), 0)
    return found


def visits_in_words(visits: int) -> str:
    """ "came 4 times, a regular": as the list of requests says it."""
    if not visits:
        return ""
    words = ngettext("came once", "came %d times", visits)
    words = words % visits if visits > 1 else words
    if visits >= REGULAR_VISITS:
        return gettext("%(came)s, a regular") % {"came": words}
    return words
