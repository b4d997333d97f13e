"""Races for seats, and the same with a guard off: a race that cannot be lost proves nothing."""

import random
import time
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import chain

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from config.invariants import INVARIANTS
from meetups.models import Event, Refused
from outbox.models import Delivery
from people.models import Contact
from registrations.models import Registration
from registrations.tokens import hash_of
from tests.builders import make_contact, make_event, make_registration
from tests.registrations.crowd import states
from tests.threads import crew, in_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

THREADS = 8


@pytest.fixture
def uncounted(transactional_db):
    """The trigger that counts seats, and with it the line that cannot be crossed, is off."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registrations_registration DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE registrations_registration ENABLE TRIGGER USER")


@pytest.fixture
def unlocked(monkeypatch):
    """Events are no longer held while their seats change."""

    @contextmanager
    def at_leisure(event):
        with transaction.atomic():
            yield Event.objects.select_related("series", "venue", "room").get(pk=event.pk)

    monkeypatch.setattr(Event, "locked", at_leisure)


def race_for(event, register, people=400):
    """So many people in eight threads; the SQLSTATEs with which the database refused some."""
    contacts = [make_contact() for _each in range(people)]

    def some(number):
        refused = []
        for contact in contacts[number::THREADS]:
            try:
                register(event, contact)
            except IntegrityError as refusal:
                refused.append(refusal.__cause__.sqlstate)
        return refused

    refused = chain.from_iterable(in_threads(THREADS, some))
    return Counter(refused)


def going(event):
    return event.registrations.going().count()


def broken_invariants():
    return {name: rows for name, check in INVARIANTS if (rows := check())}


def naive(event, contact, state=""):
    """Count, then insert: what one writes first."""
    with transaction.atomic():
        state = state or ("going" if going(event) < event.capacity else "waiting")
        number = random.randrange(1, 2**31 - 1) if state == "waiting" else None
        Registration.objects.create(
            event=event,
            contact=contact,
            mode="onsite",
            state=state,
            queue_no=number,
            token_hash=hash_of(f"naive {contact.pk}"),
        )


# Exactly as many as there are seats


def test_eight_threads_give_exactly_the_seats_there_are(transactional_db):
    event = make_event(capacity=100)
    assert race_for(event, Registration.objects.register) == {}
    assert Counter(state.split()[1] for state in states(event)) == {"going": 100, "waiting": 300}
    assert broken_invariants() == {}


def test_control_counting_before_inserting_oversells(uncounted):
    event = make_event(capacity=100)
    race_for(event, naive)
    assert going(event) > 100


def test_control_the_database_alone_holds_the_line_against_naive_code(transactional_db):
    event = make_event(capacity=100)
    assert race_for(event, naive).keys() <= {"23514"}
    assert going(event) == 100


def test_control_the_database_alone_holds_the_line_without_the_lock(transactional_db, unlocked):
    event = make_event(capacity=100)
    assert race_for(event, Registration.objects.register).keys() <= {"23514"}
    event.refresh_from_db()
    assert going(event) <= 100
    assert event.seats_taken == going(event)


# The last seat


def last_seat(event, cancel, register, rounds):
    """One gives the only seat back while another asks for it; how often it stayed free."""
    held = Registration.objects.get(event=event, state="going")
    stuck = 0
    with crew(2) as both:
        for _each in range(rounds):
            both(partial(cancel, held), partial(register, event, make_contact()))
            given = list(event.registrations.going())
            assert len(given) <= 1
            stuck += not given
            held = given[0] if given else event.registrations.waiting().get()
            if not given:
                Registration.objects.filter(pk=held.pk).update(state="going")
                Event.objects.filter(pk=event.pk).update(seats_taken=1)
    return stuck


def test_the_last_seat_never_stays_free_beside_somebody_who_waits(transactional_db):
    event = make_event(capacity=1)
    make_registration(event)
    assert last_seat(event, Registration.cancel, Registration.objects.register, 400) == 0
    assert Counter(state.split()[1] for state in states(event)) == {"cancelled": 400, "going": 1}


def test_the_last_seat_goes_to_the_first_in_line_never_to_a_newcomer(transactional_db):
    event = make_event(capacity=1)
    held = make_registration(event)
    first = make_registration(event, "waiting")
    with crew(2) as both:
        for _each in range(100):
            newcomer = make_contact()
            both(held.cancel, partial(Registration.objects.register, event, newcomer))
            held, first = event.registrations.going().get(), event.registrations.waiting().get()
            assert first.contact == newcomer
    assert broken_invariants().keys() <= {"I5 everybody is told of her seat"}


def test_control_an_atomic_counter_leaves_the_seat_free(uncounted):
    event = make_event(capacity=1)
    make_registration(event)
    Event.objects.update(seats_taken=1)

    def register(event, contact):
        with transaction.atomic():
            free = Event.objects.filter(pk=event.pk, seats_taken__lt=F("capacity"))
            got_one = free.update(seats_taken=F("seats_taken") + 1)
            naive(event, contact, "going" if got_one else "waiting")

    def cancel(seat):
        with transaction.atomic():
            Registration.objects.filter(pk=seat.pk).update(state="cancelled")
            Event.objects.filter(pk=seat.event_id).update(seats_taken=F("seats_taken") - 1)
            first = Registration.objects.filter(event=seat.event_id, state="waiting").first()
            if first:
                Event.objects.filter(pk=seat.event_id).update(seats_taken=F("seats_taken") + 1)
                Registration.objects.filter(pk=first.pk).update(state="going")

    assert last_seat(event, cancel, register, 200) > 0


# The same person twice, and everything at once


def test_one_person_in_eight_tabs_has_one_seat_and_one_mail(transactional_db):
    event = make_event(capacity=5)

    def from_a_tab(_number):
        contact = Contact.objects.for_email("ada@x.org", "Ada")
        return Registration.objects.register(event, contact).pk

    seats = [in_threads(THREADS, from_a_tab) for _each in range(5)]
    assert len({pk for round in seats for pk in round}) == 1
    assert states(event) == ["ada going"]
    assert Delivery.objects.count() == 1


def test_a_seat_given_back_in_eight_tabs_is_given_back_once(transactional_db):
    event = make_event(capacity=1)
    seat = Registration.objects.register(event, make_contact("ada@x.org"))
    for name in "bcd":
        Registration.objects.register(event, make_contact(f"{name}@x.org"))
    in_threads(THREADS, lambda _number: Registration.objects.get(pk=seat.pk).cancel())
    assert states(event) == ["ada cancelled", "b going", "c waiting", "d waiting"]
    assert broken_invariants() == {}


def test_ten_seconds_of_everything_at_once_end_without_a_deadlock(transactional_db):
    events = [make_event(capacity=20) for _each in range(2)]
    contacts = [make_contact() for _each in range(60)]
    end = time.monotonic() + 10

    def anything(number):
        chance = random.Random(number)
        done = Counter()
        while time.monotonic() < end:
            event = Event.objects.get(pk=chance.choice(events).pk)
            verb = chance.choices(["come", "go", "seats", "move", "sweep"], [50, 35, 10, 2, 3])[0]
            try:
                do(verb, event, chance)
                done[verb] += 1
            except Refused:
                done["refused"] += 1
        return done

    def do(verb, event, chance):
        if verb == "come":
            Registration.objects.register(event, chance.choice(contacts))
        elif verb == "go" and (seat := event.registrations.active().order_by("?").first()):
            seat.cancel()
        elif verb == "seats":
            event.set_capacity(chance.choice([5, 20, 30, None]))
        elif verb == "move":
            event.move(event.date + timedelta(days=chance.choice([-1, 1])))
        elif verb == "sweep":
            Registration.objects.fill_forgotten_seats()

    done = sum(in_threads(THREADS, anything), Counter())
    assert min(done[verb] for verb in ("come", "go", "seats", "move", "sweep")) > 0, done
    assert broken_invariants() == {}


def test_an_evening_called_off_in_the_rush_tells_everybody_once(transactional_db):
    event = make_event(capacity=40)
    contacts = [make_contact() for _each in range(140)]

    def rush(number):
        if number == 0:
            time.sleep(0.2)
            return event.cancel()
        refused = 0
        for contact in contacts[number - 1 :: THREADS - 1]:
            try:
                Registration.objects.register(event, contact)
            except Refused:
                refused += 1
        return refused

    told, *refused = in_threads(THREADS, rush)
    registered = sorted(event.registrations.values_list("contact", flat=True))
    notices = Delivery.objects.filter(template="meetups/cancelled")
    assert sorted(notices.values_list("contact", flat=True)) == registered
    assert told == len(registered) == len(contacts) - sum(refused)
    others = Delivery.objects.exclude(template="meetups/cancelled")
    assert set(others.values_list("state", flat=True)) <= {"cancelled"}
    assert broken_invariants() == {}
