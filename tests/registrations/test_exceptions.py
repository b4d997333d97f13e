"""Seats out of the ordinary: let in, at the door, held for a click, more of them."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from meetups.models import Refused
from outbox.models import Delivery
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration, make_series
from tests.owed import keys, letters
from tests.registrations.crowd import later, register, states

pytestmark = pytest.mark.django_db


# Ahead of the queue


def test_an_organizer_lets_somebody_in_ahead_of_the_queue():
    event = make_event(capacity=2)
    make_registration(event, "waiting", make_contact("ann@x.org"))
    vip = make_registration(event, "waiting", make_contact("vip@x.org"))
    vip.give_seat()
    assert states(event) == ["ann waiting", "vip going"]
    vip.refresh_from_db()
    assert vip.out_of_turn


def test_nobody_is_let_in_where_no_seat_is_free():
    event = make_event(capacity=1)
    _ada, bob = register(event, "ada@x.org", "bob@x.org")
    with pytest.raises(Refused, match="Raise the limit first"):
        bob.give_seat()
    assert states(event) == ["ada going", "bob waiting"]


def test_who_cancelled_is_not_given_a_seat_behind_her_back():
    event = make_event()
    (ada,) = register(event, "ada@x.org")
    ada.cancel()
    with pytest.raises(Refused, match="cannot become"):
        ada.give_seat()


def test_nobody_is_let_into_an_evening_that_is_off():
    event = make_event(capacity=0)
    (ada,) = register(event, "ada@x.org")
    event.cancel()
    event.set_capacity(5)
    with pytest.raises(Refused, match="cancelled"):
        ada.give_seat()
    assert states(event) == ["ada waiting"]


def test_a_guest_at_the_door_sits_down_without_a_mail():
    event = make_event(capacity=1, starts_in=timedelta(minutes=-5))
    seat = Registration.objects.add_walk_in(event, make_contact("ada@x.org"))
    seat.refresh_from_db()
    assert (seat.state, seat.came, seat.out_of_turn, seat.source) == (
        "going",
        True,
        True,
        "walk-in",
    )
    assert keys() == []


def test_there_is_no_room_for_a_guest_at_the_door_of_a_full_house():
    event = make_event(capacity=1)
    register(event, "ada@x.org")
    with pytest.raises(Refused, match="Raise the limit first"):
        Registration.objects.add_walk_in(event, make_contact("bob@x.org"))
    assert states(event) == ["ada going"]


def test_nobody_comes_to_the_door_of_an_evening_in_a_way_that_it_has_not():
    event = make_event(mode="onsite")
    with pytest.raises(Refused, match="that way"):
        Registration.objects.add_walk_in(event, make_contact(), mode="online")
    assert states(event) == []


@pytest.mark.parametrize("before", ["going", "pending", "waiting"])
def test_a_registered_guest_at_the_door_keeps_her_registration_and_has_come(before):
    event = make_event(capacity=2)
    mine = make_registration(event, before, source="poster")
    Registration.objects.add_walk_in(event, mine.contact)
    mine.refresh_from_db()
    assert (mine.state, mine.came, mine.source) == ("going", True, "poster")
    assert mine.out_of_turn == (before == "waiting")
    assert keys() == []


def test_a_guest_who_waits_finds_no_seat_at_the_door_of_a_full_house():
    event = make_event(capacity=1)
    _ada, bob = register(event, "ada@x.org", "bob@x.org")
    with pytest.raises(Refused, match="All seats are taken"):
        Registration.objects.add_walk_in(event, bob.contact)
    bob.refresh_from_db()
    assert (bob.state, bob.came) == ("waiting", None)


# A click in the mail first


@pytest.fixture
def by_click():
    """An evening with one seat, whose series asks for a click in the mail."""
    return make_event(make_series(confirm_by_mail=True), capacity=1)


def test_a_seat_that_needs_a_click_is_held(by_click):
    register(by_click, "ada@x.org", "bob@x.org")
    assert states(by_click) == ["ada pending", "bob waiting"]
    assert letters() == ["registrations/confirm", "registrations/waiting"]


def test_the_click_makes_it_hers(by_click):
    (ada,) = register(by_click, "ada@x.org")
    with later(hours=1, minutes=59):
        assert Registration.objects.expire_holds() == 0
        ada.confirm()
        ada.confirm()
    assert states(by_click) == ["ada going"]
    assert keys(contact=ada.contact) == [f"reg:{ada.pk}:pending:1", f"reg:{ada.pk}:going:2"]


def test_without_the_click_the_seat_goes_on_after_two_hours(by_click):
    register(by_click, "ada@x.org", "bob@x.org")
    with later(hours=2, seconds=1):
        assert Registration.objects.expire_holds() == 1
        assert Registration.objects.expire_holds() == 0
    assert states(by_click) == ["ada expired", "bob going"]


def test_a_click_that_comes_too_late_says_so(by_click):
    (ada,) = register(by_click, "ada@x.org")
    with later(hours=2, seconds=1):
        Registration.objects.expire_holds()
        with pytest.raises(Refused, match="two hours"):
            ada.confirm()
    assert states(by_click) == ["ada expired"]


def test_who_missed_the_click_may_ask_again(by_click):
    register(by_click, "ada@x.org")
    with later(hours=2, seconds=1):
        Registration.objects.expire_holds()
        register(by_click, "ada@x.org")
    assert states(by_click) == ["ada expired", "ada pending"]


def test_an_organizer_needs_no_click(by_click):
    register(by_click, "ada@x.org", by_organizer=True)
    assert states(by_click) == ["ada going"]


@pytest.mark.parametrize("free", [0, 1])
def test_a_click_gives_no_seat_to_somebody_who_waits(free):
    event = make_event(capacity=0)
    ann, bob = register(event, "ann@x.org", "bob@x.org")
    type(event).objects.filter(pk=event.pk).update(capacity=free)
    with pytest.raises(Refused):
        bob.confirm()
    assert states(event) == ["ann waiting", "bob waiting"]


def test_a_click_gives_no_seat_at_an_evening_that_is_off(by_click):
    (ada,) = register(by_click, "ada@x.org")
    by_click.cancel()
    with pytest.raises(Refused, match="cancelled"):
        ada.confirm()
    assert states(by_click) == ["ada pending"]
    assert keys(template="registrations/going") == []


# The limit


def test_twenty_more_seats_move_exactly_the_first_twenty_up():
    event = make_event(capacity=100)
    register(event, *[f"{number:03}@x.org" for number in range(150)])
    event.set_capacity(120)
    assert states(event) == [
        f"{number:03} {'going' if number < 120 else 'waiting'}" for number in range(150)
    ]
    moved = Delivery.objects.filter(template="registrations/moved_up").order_by("created_at")
    assert [d.contact.email for d in moved] == [f"{number:03}@x.org" for number in range(100, 120)]


def test_the_limit_cannot_fall_below_the_seats_given():
    event = make_event(capacity=3)
    register(event, "a@x.org", "b@x.org")
    with pytest.raises(Refused, match="2 seats are already given"):
        event.set_capacity(1)
    event.refresh_from_db()
    assert event.capacity == 3
    event.set_capacity(2)
    assert event.capacity == 2


def test_taking_the_limit_away_lets_everybody_in():
    event = make_event(capacity=0)
    register(event, "a@x.org", "b@x.org", "c@x.org")
    event.set_capacity(None)
    assert states(event) == ["a going", "b going", "c going"]


def test_online_seats_have_a_limit_of_their_own():
    event = make_event(mode="both", capacity=0, online_capacity=0)
    register(event, "a@x.org", mode="onsite")
    register(event, "b@x.org", mode="online")
    event.set_capacity(1, "online")
    assert states(event) == ["a waiting", "b going"]
    assert (event.capacity, event.online_capacity) == (0, 1)


def test_a_sweep_over_a_healthy_house_finds_nothing():
    event = make_event(capacity=1)
    register(event, "a@x.org", "b@x.org")
    assert Registration.objects.fill_forgotten_seats() == 0


def test_a_free_seat_that_somebody_made_behind_our_back_is_filled():
    event = make_event(capacity=1)
    register(event, "a@x.org", "b@x.org", "c@x.org")
    type(event).objects.filter(pk=event.pk).update(capacity=2)
    assert Registration.objects.fill_forgotten_seats() == 1
    assert states(event) == ["a going", "b going", "c waiting"]


def test_a_sweep_does_not_touch_evenings_of_the_past(django_assert_num_queries):
    for _each in range(3):
        event = make_event(capacity=0, starts_in=timedelta(days=-7))
        make_registration(event, "waiting")
    with django_assert_num_queries(1):
        Registration.objects.fill_forgotten_seats()


@pytest.mark.parametrize("mark", ["cancelled", "over"])
def test_no_seat_is_given_back_once_the_evening_is_cancelled_or_over(mark):
    event = make_event(starts_in=timedelta(days=2), minutes=120)
    seat = Registration.objects.register(event, make_contact())
    if mark == "cancelled":
        event.cancel()
    seat = Registration.objects.get(pk=seat.pk)

    with time_machine.travel(timezone.now() + timedelta(days=3 if mark == "over" else 0)):
        with pytest.raises(Refused, match=mark):
            seat.cancel()
        page = Client().post(f"/registrations/{seat.token}/cancel/", follow=True)

    assert mark in page.content.decode()
    seat.refresh_from_db()
    assert seat.state == "going"
