"""A phone at the door: what it says, and how often."""

from datetime import timedelta

from registrations.door.taking import Told, take
from registrations.models import DoorKey
from tests.builders import make_event, make_registration


def make_evening(people=0, **fields):
    """An evening that is on now, its door's key, and so many people with a seat."""
    event = make_event(starts_in=timedelta(minutes=-30), **fields)
    seats = [make_registration(event) for _n in range(people)]
    return event, DoorKey.objects.make(event, DoorKey.Kind.DOOR, name="Main door"), seats


def scan(seat, **fields):
    return Told(**{"kind": "code", "code": seat.ticket, "device": "a"} | fields)


def told(event, key, *scans):
    """What the phone is told of each: result and reason."""
    return [(answer.result, answer.reason) for answer in take(event, scans, key)]


def who_came(event):
    return set(event.registrations.filter(came=True).values_list("pk", flat=True))
