"""A phone at the door: what it says, and how often."""

from datetime import timedelta

from people.models import Contact
from registrations.door.taking import Told, take
from registrations.models import DoorKey, Registration
from registrations.tokens import hash_of, token_from
from tests.builders import make_event, make_registration


def make_evening(people=0, **fields):
    """An evening that is on now, its door's key, and so many people with a seat."""
    event = make_event(starts_in=timedelta(minutes=-30), **fields)
    seats = (
        [make_registration(event) for _n in range(people)] if people < 50 else crowd(event, people)
    )
    return event, DoorKey.objects.make(event, DoorKey.Kind.DOOR, name="Main door"), seats


def scan(seat, **fields):
    return Told(**{"kind": "code", "code": seat.ticket, "device": "a"} | fields)


def told(event, key, *scans):
    """What the phone is told of each: result and reason."""
    return [(answer.result, answer.reason) for answer in take(event, scans, key)]


def who_came(event):
    return set(event.registrations.filter(came=True).values_list("pk", flat=True))


def nameless(event, people):
    """So many with a seat who left no name."""
    seats = [make_registration(event) for _n in range(people)]
    Contact.objects.filter(registrations__in=seats).update(name="")
    return seats


def crowd(event, people, name="Guest{number} Nováková"):
    """So many people with a seat, written at once."""
    told = [{"number": number, "email": f"crowd-{event.pk}-{number}"} for number in range(people)]
    contacts = Contact.objects.bulk_create(
        [Contact(email=f"{one['email']}@example.org", name=name.format(**one)) for one in told]
    )
    seats = [Registration(event=event, contact=contact, mode="onsite") for contact in contacts]
    for seat in seats:
        seat.state, seat.token_hash = "going", hash_of(token_from(seat.seed))
    return Registration.objects.bulk_create(seats)
