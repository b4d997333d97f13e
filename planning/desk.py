"""The desk: how the next evenings stand and what is missing, as plain data for a template."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event, Series, Subscription
from meetups.on_the_day import is_on_the_day
from meetups.rights import ADD, CHANGE, VIEW, Rights
from planning.crew import rosters_of
from planning.gauges import Counts, Gauge, gauges_of
from planning.missing import Step, missing_of
from planning.recap import facts_of, recap_of
from planning.waiting import asked_for, callers_in, reserves_in, waiting_of
from registrations.models import Registration
from registrations.turnout.prospects import Prospect, prospects_of

MOST_CARDS = 5
FRESH = timedelta(days=45)  # for so long an evening that is over keeps its card
LABEL = "meetups.event"


@dataclass(frozen=True)
class Card:
    event: Event
    gauges: list[Gauge]
    missing: list[Step] = field(default_factory=list)
    may_run: bool = False

    @property
    def standing(self) -> str:
        """Where it is in its life, as the card says it: "draft", "published", "over"."""
        return _("over") if self.event.is_over else self.event.get_status_display()

    @property
    def is_on(self) -> bool:
        """Whether she who opens the desk now most likely wants to its door."""
        return is_on_the_day(self.event)


@dataclass(frozen=True)
class Desk:
    greeting: str
    cards: list[Card]
    series: list[Series]
    may_add: bool
    waiting: list[Step] = field(default_factory=list)

    @property
    def today(self) -> list[Card]:
        return [card for card in self.cards if card.is_on]

    @property
    def others(self) -> list[Card]:
        return [card for card in self.cards if not card.is_on]

    @property
    def is_fresh(self) -> bool:
        """Nothing here yet: the desk tells the first three steps instead."""
        return self.may_add and not self.cards and not self.waiting


def desk_of(rights: Rights) -> Desk:
    """What one person sees of her series; a fixed number of queries."""
    series = _in(Series.objects.all(), "pk", rights.series_ids(VIEW, LABEL))
    evenings = _evenings(rights)
    counts = _counts(evenings)
    cards = [_card(rights, event, counts[event.pk]) for event in evenings]
    may_add = rights.may(ADD, LABEL)
    return Desk(_greeting(evenings), cards, list(series), may_add, waiting_of(rights))


def _evenings(rights: Rights) -> list[Event]:
    """Those to come, the next one first, and the latest that is over; before all, that of today."""
    evenings = Event.objects.select_related("series", "venue", "room").with_agenda()
    mine = _in(evenings.defer("search", "search_text"), "series", rights.series_ids(VIEW, LABEL))
    now = timezone.now()
    open_ones = mine.exclude(status=Event.Status.CANCELLED)
    coming = open_ones.filter(ends_at__gt=now).order_by("starts_at", "pk")[:MOST_CARDS]
    just_over = mine.published().filter(ends_at__lte=now, ends_at__gt=now - FRESH)
    found = [*coming, *just_over.order_by("-starts_at")[:1]]
    return sorted(found, key=lambda event: not is_on_the_day(event))


def _in(rows: Any, name: str, ids: frozenset[int] | None) -> Any:
    return rows if ids is None else rows.filter(**{f"{name}__in": ids})


def _counts(evenings: list[Event]) -> dict[int, Counts]:
    """Who waits and who came, for all cards at once, and how many follow each series."""
    seats = Registration.objects.filter(event__in=evenings).order_by().values("event")
    rows = seats.annotate(
        waiting=Count("pk", filter=Q(state=Registration.State.WAITING)),
        came=Count("pk", filter=Q(came=True)),
    )
    found: dict[int, Any] = {row["event"]: row for row in rows}
    followers = Subscription.objects.filter(withdrawn_at=None, confirmed_at__isnull=False)
    followers = followers.filter(member__series__in={event.series_id for event in evenings})
    groups = followers.order_by().values_list("member__series")
    following: dict[int, int] = dict(groups.annotate(n=Count("member", distinct=True)))
    recaps = _recaps(evenings)
    reserves, asked = reserves_in(evenings), asked_for(evenings)
    callers, prospects = callers_in(evenings), _prospects(evenings)
    rosters = rosters_of(evenings)
    return {
        event.pk: Counts(
            waiting=found.get(event.pk, {}).get("waiting", 0),
            came=found.get(event.pk, {}).get("came", 0),
            followers=following.get(event.series_id, 0),
            reserves=reserves.get(event.series_id, 0),
            asked=asked.get(event.pk, 0),
            has_call=event.series_id in callers,
            recap_done=recaps.get(event.pk, (0, 0))[0],
            recap_total=recaps.get(event.pk, (0, 0))[1],
            prospect=prospects.get(event.pk),
            roster=rosters.get(event.pk),
        )
        for event in evenings
    }


def _prospects(evenings: list[Event]) -> dict[int, Prospect]:
    """Who will come to those that are announced; two queries."""
    announced = [e for e in evenings if e.status == Event.Status.PUBLISHED and not e.is_over]
    found = prospects_of(announced, timezone.now())
    return {pk: prospects[0] for pk, prospects in found.items()}


def _recaps(evenings: list[Event]) -> dict[int, tuple[int, int]]:
    """How much of its recap each evening that is over has, and of how much."""
    over = [event for event in evenings if event.is_over]
    facts = facts_of(over) if over else {}
    recaps = {event.pk: recap_of(event, facts[event.pk]) for event in over}
    return {pk: (recap.done, recap.total) for pk, recap in recaps.items()}


def _card(rights: Rights, event: Event, counts: Counts) -> Card:
    may = rights.may_in_one(CHANGE, LABEL, [event.series_id])
    missing = list(missing_of(event, counts)) if may else []
    return Card(event, gauges_of(event, counts), missing, may_run=may)


def _greeting(evenings: list[Event]) -> str:
    """The hour and the days to go, by the clocks of the next evening's place."""
    coming = [event for event in evenings if not event.is_over]
    zone = ZoneInfo(coming[0].zone if coming else "UTC")
    now = timezone.now().astimezone(zone)
    parts = [_part_of_day(now.hour)]
    if coming:
        parts.append(_until((coming[0].date - now.date()).days))
    return " ".join(parts)


def _part_of_day(hour: int) -> str:
    if 5 <= hour < 12:
        return _("Good morning.")
    return _("Good afternoon.") if 12 <= hour < 18 else _("Good evening.")


def _until(days: int) -> str:
    if days <= 0:
        return _("The next evening is today.")
    sentence = ngettext(
        "The next evening is tomorrow.", "The next evening is in %(days)d days.", days
    )
    return sentence % {"days": days} if days > 1 else sentence
