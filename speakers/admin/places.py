"""Empty places of coming evenings, and what can be done: place a talk, or ask the reserves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from meetups.models import Event, Series, Slot
from meetups.running_order import running_order
from speakers.models import Offer

KINDS = (Slot.Kind.TALK, Slot.Kind.LIGHTNING)
MOST_PLACES = 12


@dataclass(frozen=True)
class Place:
    """An empty place, when its talk would begin, how its round among the reserves stands."""

    slot: Slot
    starts_at: datetime
    asked: list[Offer]
    waiting: int
    passed: list[Offer]


def empty_slots(slots: Any) -> Any:
    """Those of these where a talk can still be put, the next evening first."""
    coming = slots.filter(kind__in=KINDS, talk=None, event__starts_at__gt=timezone.now())
    coming = coming.exclude(event__status=Event.Status.CANCELLED)
    return coming.select_related("event__series").order_by("event__starts_at", "position", "pk")


def free_places(slots: Any, series: Series | None) -> list[Place]:
    """The next empty places, with whom was asked for them; of one series, or of all given."""
    chosen = slots.filter(event__series=series) if series else slots
    round_of = Prefetch("offers", with_speakers(Offer.objects.order_by("position", "pk")))
    found = empty_slots(chosen).prefetch_related(round_of, "event__slots")
    return [place_of(slot) for slot in found[:MOST_PLACES]]


def with_speakers(offers: Any) -> Any:
    return offers.select_related("proposal").prefetch_related("proposal__parts__speaker")


def place_of(slot: Slot) -> Place:
    """Who was asked for it, who is in line, who said no; needs its offers fetched."""
    states: dict[str, list[Offer]] = {state: [] for state in Offer.State.values}
    for offer in slot.offers.all():
        states[offer.state].append(offer)
    waiting = len(states[Offer.State.WAITING])
    return Place(
        slot, begin_of(slot), states[Offer.State.ASKED], waiting, states[Offer.State.PASSED]
    )


def begin_of(slot: Slot) -> datetime:
    """When this item of the agenda begins, as the minutes before it say."""
    items = running_order(slot.event, slot.event.slots.all())
    return next(item.starts_at for item in items if item.slot.pk == slot.pk)
