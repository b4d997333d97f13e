"""Venues and rooms; two confirmed bookings of a room never overlap, whoever writes them."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from tests.builders import make_venue
from tests.threads import in_threads
from venues.models import Booking, Room

pytestmark = pytest.mark.django_db


def at(hour):
    return datetime(2026, 12, 10, hour, tzinfo=UTC)


def book(room, start, end, state="confirmed"):
    with transaction.atomic():
        return Booking.objects.create(room=room, starts_at=at(start), ends_at=at(end), state=state)


@pytest.fixture
def hall():
    return make_venue(rooms=["Hall"]).rooms.get()


@pytest.mark.parametrize(("start", "end"), [(17, 19), (18, 22), (19, 20), (20, 23), (18, 21)])
def test_a_room_that_is_taken_cannot_be_confirmed_again(hall, start, end):
    book(hall, 18, 21)
    with pytest.raises(IntegrityError) as refusal:
        book(hall, start, end)
    assert refusal.value.__cause__.sqlstate == "23P01"


@pytest.mark.parametrize(("start", "end"), [(15, 18), (21, 23)])
def test_one_booking_may_begin_where_another_ends(hall, start, end):
    book(hall, 18, 21)
    book(hall, start, end)
    assert Booking.objects.count() == 2


def test_a_held_room_may_be_held_by_many_but_confirmed_once(hall):
    first, second = book(hall, 18, 21, "held"), book(hall, 19, 22, "held")
    first.state = second.state = "confirmed"
    first.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_another_room_is_another_matter():
    venue = make_venue(rooms=["Hall", "Attic"])
    for room in venue.rooms.all():
        book(room, 18, 21)
    assert Booking.objects.count() == 2


def test_a_form_says_it_in_a_sentence(hall):
    book(hall, 18, 21)
    second = Booking(room=hall, starts_at=at(19), ends_at=at(20), state="confirmed")
    with pytest.raises(ValidationError, match="already taken at that time"):
        second.full_clean()


def test_a_booking_ends_after_it_starts(hall):
    with pytest.raises(IntegrityError):
        book(hall, 21, 18)
    with pytest.raises(ValidationError, match="ends after it starts"):
        Booking(room=hall, starts_at=at(18), ends_at=at(18)).full_clean()


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_confirm_the_room_once(transactional_db, hall):
    def confirm(_number):
        try:
            return book(hall, 18, 21).pk
        except IntegrityError:
            return None

    assert sum(pk is not None for pk in in_threads(8, confirm)) == 1
    assert Booking.objects.count() == 1


def test_a_venue_has_no_two_rooms_of_one_name():
    venue = make_venue(rooms=["Hall"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Room.objects.create(venue=venue, name="HALL")
    Room.objects.create(venue=make_venue(rooms=[]), name="Hall")


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ({}, ""),
        ({"latitude": 53.9}, ""),
        (
            {"latitude": 53.9, "longitude": 27.56},
            "https://www.openstreetmap.org/?mlat=53.9&mlon=27.56#map=17",
        ),
        (
            {"latitude": 0.0, "longitude": 0.0},
            "https://www.openstreetmap.org/?mlat=0.0&mlon=0.0#map=17",
        ),
    ],
)
def test_a_venue_is_on_the_map_where_we_know_its_place(where, shown):
    assert make_venue(**where).map_url == shown


@pytest.mark.parametrize("where", [{"latitude": 91}, {"latitude": -91}, {"longitude": -181}])
def test_a_place_outside_the_world_is_refused(where):
    venue = make_venue()
    for name, value in ({"latitude": 1, "longitude": 1} | where).items():
        setattr(venue, name, value)
    with pytest.raises(ValidationError):
        venue.full_clean()
