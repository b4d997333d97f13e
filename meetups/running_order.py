"""What happens at which time: an agenda counts minutes, guests want to read a clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from meetups.models import Event, Slot


@dataclass(frozen=True)
class Item:
    """One line of the agenda with the instant at which it begins."""

    slot: Slot
    starts_at: datetime


def running_order(event: Event, slots: Iterable[Slot]) -> list[Item]:
    """The agenda with times; doors at its head open before the evening starts."""
    slots = list(slots)
    before = takewhile(lambda slot: slot.kind == Slot.Kind.DOORS, slots)
    at = event.starts_at - timedelta(minutes=sum(slot.minutes for slot in before))
    items = []
    for slot in slots:
        items.append(Item(slot, at))
        at += timedelta(minutes=slot.minutes)
    return items
