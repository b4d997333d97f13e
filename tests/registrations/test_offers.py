"""An offered seat: a clock that stands still at night, one yes, and the next in line (O21)."""

import contextlib
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from config.invariants import INVARIANTS
from meetups.models import Refused
from registrations.models import Registration
from registrations.offers import after_waking, offer_until, waking_time
from tests.builders import make_contact, make_event, make_registration, make_series
from tests.threads import crew

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text)


@pytest.fixture
def noon():
    """Midday in Minsk: where a test runs into the night, offers wait for the morning."""
    today = timezone.now().astimezone(ZoneInfo("Europe/Minsk"))
    with time_machine.travel(today.replace(hour=12)):
        yield


def broken_invariants():
    # Builders write no mail, so I5 is looked at elsewhere.
    return {name: found for name, check in INVARIANTS if name[:2] != "I5" and (found := check())}


# 21:00–08:00 is night; Minsk is UTC+3 all year, Berlin springs forward on 29 March 2026, 2:00.
@pytest.mark.parametrize(
    ("start", "hours", "zone", "end"),
    [
        ("2026-12-10T12:00+03:00", 3, "Europe/Minsk", "2026-12-10T15:00+03:00"),
        ("2026-12-10T19:00+03:00", 3, "Europe/Minsk", "2026-12-11T09:00+03:00"),
        ("2026-12-10T23:30+03:00", 1, "Europe/Minsk", "2026-12-11T09:00+03:00"),
        ("2026-12-10T04:00+03:00", 1, "Europe/Minsk", "2026-12-10T09:00+03:00"),
        ("2026-12-10T20:00+03:00", 15, "Europe/Minsk", "2026-12-12T09:00+03:00"),
        ("2026-03-28T20:00+01:00", 2, "Europe/Berlin", "2026-03-29T09:00+02:00"),
        ("2026-12-10T20:00+03:00", 2, "America/New_York", "2026-12-10T14:00-05:00"),
    ],
)
def test_the_night_does_not_count(start, hours, zone, end):
    assert after_waking(at(start), hours * HOUR, zone) == at(end)
    assert waking_time(at(start), at(end), zone) == hours * HOUR


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-12-10T10:59+03:00", None),  # nine hours ahead: the seat is given
        ("2026-12-10T11:00+03:00", "2026-12-10T15:00+03:00"),  # half of eight hours
        ("2026-12-10T18:40+03:00", "2026-12-10T18:55+03:00"),  # at least a quarter of an hour
        ("2026-12-10T18:50+03:00", "2026-12-10T19:00+03:00"),  # never beyond the start
    ],
)
def test_near_the_start_half_of_the_time_left_is_hers(now, until):
    event = make_event(make_series(ask_hours=8), starts="2026-12-10T19:00")
    with time_machine.travel(at(now), tick=False):
        found = offer_until(event, "Europe/Minsk")
    assert found == (at(until) if until else None)


def test_near_the_start_nobody_is_moved_up_without_a_yes():
    event = make_event(starts_in=2 * HOUR, capacity=1)
    held = make_registration(event)
    first, second = (make_registration(event, "waiting") for _each in range(2))
    held.cancel()
    first.refresh_from_db()
    assert (first.state, first.event.seats_taken) == ("offered", 1)
    first.confirm()
    assert first.state == "going"
    second.refresh_from_db()
    assert second.state == "waiting"
    assert broken_invariants() == {}


def test_an_offer_that_is_not_taken_goes_to_the_next_in_line_once(noon):
    event = make_event(starts_in=2 * HOUR, capacity=1)
    held = make_registration(event)
    first, second = (make_registration(event, "waiting") for _each in range(2))
    held.cancel()
    first.refresh_from_db()
    with time_machine.travel(first.offer_until + timedelta(seconds=1), tick=False):
        with pytest.raises(Refused, match="went on"):
            first.confirm()
        assert Registration.objects.expire_holds() == 1
        assert Registration.objects.expire_holds() == 0
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("expired", "offered")
        assert broken_invariants() == {}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_offer_that_ends_as_it_is_taken_is_one_or_the_other():
    """T08: either has the seat, never both, and the next in line hears once."""
    ends = set()
    with crew(2) as both:
        for _each in range(60):
            event = make_event(starts_in=2 * HOUR, capacity=1)
            first = make_registration(event, "offered", offer_until=timezone.now())
            second = make_registration(event, "waiting")
            first.offer_until = timezone.now() + timedelta(milliseconds=3)
            first.save(update_fields=["offer_until"])

            def take(seat):
                with contextlib.suppress(Refused):
                    seat.confirm()

            both(partial(take, first), Registration.objects.expire_holds)
            Registration.objects.expire_holds()
            states = [Registration.objects.get(pk=seat.pk).state for seat in (first, second)]
            ends.add(tuple(states))
            assert second.event.messages().filter(contact=second.contact).count() <= 1
    assert ends <= {("going", "waiting"), ("expired", "offered")}
    assert broken_invariants() == {}


# Guests


def test_guests_take_seats_and_a_party_is_passed_by_whoever_fits():
    event = make_event(capacity=4, guests_allowed=3)
    register = partial(Registration.objects.register, event)
    pair, party, single = (register(make_contact(), guests=guests) for guests in (1, 2, 0))
    assert [seat.state for seat in (pair, party, single)] == ["going", "waiting", "going"]
    event.refresh_from_db()
    assert event.seats_taken == 3
    pair.cancel()
    party.refresh_from_db()
    assert party.state == "going"
    event.refresh_from_db()
    assert event.seats_taken == 4
    assert broken_invariants() == {}


def test_somebody_brings_fewer_and_the_seat_goes_on():
    event = make_event(capacity=2, guests_allowed=1)
    pair = Registration.objects.register(event, make_contact(), guests=1)
    next_one = Registration.objects.register(event, make_contact())
    pair.change(guests=0)
    next_one.refresh_from_db()
    assert (pair.state, pair.guests, next_one.state) == ("going", 0, "going")
    with pytest.raises(Refused, match="No further seat"):
        pair.change(guests=1)
    pair.refresh_from_db()
    assert pair.guests == 0
    assert broken_invariants() == {}


def test_each_change_is_told_also_from_a_page_that_was_opened_before_it():
    event = make_event(capacity=5, guests_allowed=2)
    seat = Registration.objects.register(event, make_contact())
    old_page = Registration.objects.get(pk=seat.pk)
    seat.change(guests=1)
    old_page.change(guests=2)
    letters = event.messages().filter(template="registrations/changed")
    assert sorted(letter.context["guests"] for letter in letters) == [1, 2]


# An organizer's yes


def test_a_request_waits_for_a_yes_and_a_regular_does_not():
    series = make_series()
    regular = make_contact()
    for days in (10, 40, 70):
        past = make_event(series, starts_in=timedelta(days=-days))
        make_registration(past, contact=regular, came=True)
    event = make_event(series, capacity=2, approval=True)
    waved = Registration.objects.register(event, regular)
    asked, other = (Registration.objects.register(event, make_contact()) for _each in range(2))
    assert [waved.state, asked.state, other.state] == ["going", "waiting", "waiting"]
    other.approve()
    asked.approve()
    assert [asked.state, other.state] == ["waiting", "going"]
    assert asked.place_in_queue == 1
    waved.cancel()
    asked.refresh_from_db()
    assert asked.state == "going"
    assert broken_invariants() == {}


def test_a_request_is_declined_and_told_so():
    event = make_event(approval=True)
    asked = Registration.objects.register(event, make_contact())
    asked.decline()
    letters = event.messages().filter(contact=asked.contact).order_by("created_at")
    assert [letter.template for letter in letters] == [
        "registrations/asked",
        "registrations/declined",
    ]


def test_whoever_missed_too_many_evenings_stands_behind_the_others():
    series = make_series(missed_limit=2)
    absent = make_contact()
    for days in (10, 40):
        make_registration(
            make_event(series, starts_in=timedelta(days=-days)), contact=absent, came=False
        )
    event = make_event(series, capacity=1)
    held = Registration.objects.register(event, make_contact())
    behind = Registration.objects.register(event, absent)
    other = Registration.objects.register(event, make_contact())
    assert [behind.place_in_queue, other.place_in_queue] == [2, 1]
    held.cancel()
    behind.refresh_from_db()
    other.refresh_from_db()
    assert [behind.state, other.state] == ["waiting", "going"]
    assert broken_invariants() == {}
