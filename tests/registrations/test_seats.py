"""Seats and the queue: who gets one, who waits, who comes back."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from meetups.models import Member, Refused
from outbox.models import Delivery
from people.models import Contact
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_member
from tests.owed import keys, let_go, letters
from tests.registrations.crowd import later, register, states

pytestmark = pytest.mark.django_db


# Getting a seat


def test_there_is_a_seat_for_everybody_up_to_the_limit_and_a_queue_behind_it():
    event = make_event(capacity=2)
    register(event, "a@x.org", "b@x.org", "c@x.org", "d@x.org")
    assert states(event) == ["a going", "b going", "c waiting", "d waiting"]
    queue = event.registrations.waiting()
    assert [(r.contact.email, r.queue_no, r.place_in_queue) for r in queue] == [
        ("c@x.org", 1, 1),
        ("d@x.org", 2, 2),
    ]


def test_no_limit_means_a_seat_for_everybody():
    event = make_event(capacity=None)
    register(event, "a@x.org", "b@x.org")
    assert states(event) == ["a going", "b going"]


def test_an_evening_without_seats_is_all_queue():
    event = make_event(capacity=0)
    register(event, "a@x.org")
    assert states(event) == ["a waiting"]


def test_the_event_counts_its_seats():
    event = make_event(mode="both", capacity=5, online_capacity=5)
    register(event, "a@x.org", "b@x.org")
    register(event, "c@x.org", mode="online")
    event.refresh_from_db()
    assert (event.seats_taken, event.online_taken) == (2, 1)
    assert (event.seats_left("onsite"), event.seats_left("online")) == (3, 4)


def test_rooms_and_links_fill_up_apart():
    event = make_event(mode="both", capacity=1, online_capacity=1)
    register(event, "a@x.org", "b@x.org", mode="onsite")
    register(event, "c@x.org", "d@x.org", mode="online")
    assert states(event) == ["a going", "b waiting", "c going", "d waiting"]


def test_a_seat_that_gets_free_goes_to_the_queue_of_its_own_kind():
    event = make_event(mode="both", capacity=1, online_capacity=1)
    register(event, "a@x.org", "b@x.org", mode="onsite")
    online, _waiting = register(event, "c@x.org", "d@x.org", mode="online")
    online.cancel()
    assert states(event) == ["a going", "b waiting", "c cancelled", "d going"]


def test_an_online_evening_has_online_seats():
    event = make_event(mode="online", capacity=0, online_capacity=1)
    register(event, "a@x.org", "b@x.org")
    assert states(event) == ["a going", "b waiting"]
    assert {r.mode for r in event.registrations.all()} == {"online"}


def test_one_cannot_take_part_in_a_way_the_evening_does_not_have():
    event = make_event(mode="onsite")
    with pytest.raises(Refused, match="that way"):
        register(event, "a@x.org", mode="online")
    assert states(event) == []


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_there_are_no_seats_for_an_evening_that_is_not_announced(status):
    event = make_event(status=status)
    with pytest.raises(Refused, match=r"can no longer be had"):
        register(event, "a@x.org")


def test_there_are_no_seats_once_it_has_begun():
    event = make_event(starts_in=timedelta(minutes=-1))
    with pytest.raises(Refused, match=r"can no longer be had"):
        register(event, "a@x.org")


def test_an_organizer_may_add_somebody_after_the_start():
    event = make_event(starts_in=timedelta(minutes=-1))
    register(event, "a@x.org", by_organizer=True)
    assert states(event) == ["a going"]


def test_who_registers_belongs_to_the_series_from_then_on():
    event = make_event()
    register(event, "a@x.org", source="poster")
    member = Member.objects.get()
    assert (member.series, member.contact.email, member.source) == (
        event.series,
        "a@x.org",
        "poster",
    )


def test_what_a_series_knew_of_a_member_is_kept():
    event = make_event()
    contact = make_contact("a@x.org")
    make_member(event.series, contact, source="import", notes="brings cake")
    Registration.objects.register(event, contact, source="poster")
    member = Member.objects.get()
    assert (member.source, member.notes) == ("import", "brings cake")


def test_the_name_of_a_known_person_is_never_overwritten():
    make_contact("a@x.org", "Ada Lovelace")
    Contact.objects.for_email("A@x.org", "Mallory")
    assert Contact.objects.get().name == "Ada Lovelace"


# Once each


def test_registering_twice_gives_one_seat():
    event = make_event(capacity=5)
    first, second = register(event, "a@x.org", "A@X.org")
    assert first.pk == second.pk
    assert states(event) == ["a going"]


def test_a_double_click_gives_one_mail():
    event = make_event()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        (seat,) = register(event, "a@x.org")
        let_go()
        clock.shift(1)
        register(event, "a@x.org")
    assert keys() == [f"reg:{seat.pk}:going:1"]


def test_who_asks_again_before_the_mail_has_left_gets_no_second_one():
    event = make_event()
    (seat,) = register(event, "a@x.org")
    with later(minutes=10):
        register(event, "a@x.org")
    assert keys() == [f"reg:{seat.pk}:going:1"]


@pytest.mark.parametrize("capacity", [0, 1])
def test_who_asks_again_is_told_what_she_has_at_most_once_an_hour(capacity):
    event = make_event(capacity=capacity)
    (seat,) = register(event, "a@x.org")
    before = Registration.objects.values().get()
    told = []
    for minutes in (1, 30, 60, 62, 100, 123):
        with later(minutes=minutes):
            let_go()
            register(event, "a@x.org")
            told.append(Delivery.objects.filter(template="registrations/already").count())
    assert told == [1, 1, 1, 2, 2, 3]
    assert Registration.objects.values().get() == before
    assert Delivery.objects.count() == 4


def test_a_queue_number_is_not_lost_by_asking_again():
    event = make_event(capacity=0)
    register(event, "a@x.org", "b@x.org", "a@x.org")
    queue = event.registrations.waiting().values_list("contact__email", "queue_no")
    assert list(queue) == [("a@x.org", 1), ("b@x.org", 2)]


# Giving it back


def test_cancelling_gives_the_seat_to_the_first_in_line():
    event = make_event(capacity=1)
    ada, *_rest = register(event, "ada@x.org", "bob@x.org", "eve@x.org")
    ada.cancel()
    assert states(event) == ["ada cancelled", "bob going", "eve waiting"]


def test_leaving_the_queue_gives_nobody_a_seat():
    event = make_event(capacity=1)
    _ada, bob, _eve = register(event, "ada@x.org", "bob@x.org", "eve@x.org")
    bob.cancel()
    assert states(event) == ["ada going", "bob cancelled", "eve waiting"]
    assert event.registrations.waiting().get().place_in_queue == 1


def test_cancelling_twice_is_cancelling_once():
    event = make_event(capacity=2)
    ada, *_rest = register(event, "ada@x.org", "bob@x.org", "eve@x.org")
    ada.cancel()
    ada.cancel()
    assert states(event) == ["ada cancelled", "bob going", "eve going"]
    assert letters(contact=ada.contact) == ["registrations/cancelled", "registrations/going"]


def test_a_newcomer_never_overtakes_the_queue():
    event = make_event(capacity=1)
    ada, *_rest = register(event, "ada@x.org", "bob@x.org")
    ada.cancel()
    register(event, "new@x.org")
    assert states(event) == ["ada cancelled", "bob going", "new waiting"]


def test_who_cancelled_may_come_back_at_the_end_of_the_queue():
    event = make_event(capacity=1)
    ada, *_rest = register(event, "ada@x.org", "bob@x.org")
    ada.cancel()
    (again,) = register(event, "ada@x.org")
    assert states(event) == ["ada cancelled", "bob going", "ada waiting"]
    assert again.queue_no == 2
    assert again.token != ada.token


def test_nobody_moves_up_once_it_has_begun():
    event = make_event(capacity=1, starts_in=timedelta(hours=2))
    ada, *_rest = register(event, "ada@x.org", "bob@x.org")
    with later(hours=2, seconds=1):
        ada.cancel()
    assert states(event) == ["ada cancelled", "bob waiting"]
