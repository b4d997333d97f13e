"""The page of a seat: how it stands, why, and what its holder can do about it (O5, O21)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.invariants import INVARIANTS
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration, make_series
from tests.registrations.pages import letters, press, see, words
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def broken_invariants():
    # Builders write no mail, so I5 is looked at elsewhere.
    return {name: found for name, check in INVARIANTS if name[:2] != "I5" and (found := check())}


# The place in line (O21)


def test_the_place_in_line_is_shown_with_the_reason_why_nothing_has_come():
    event = make_event(starts="2027-03-18T19:00", capacity=1)
    first_in = make_registration(event)
    early, late, later = (make_registration(event, "waiting") for _each in range(3))
    assert "You are 3rd in line" in see(later)
    assert "2 people are ahead of you." in see(later)
    assert "no seat has gone to anybody who waits" in see(later)
    # Three hours before 19:00.
    assert "Until Thursday 18 March 2027, 16:00 (Minsk) a free seat is yours at once" in see(later)
    first_in.cancel()
    assert "You are 2nd in line" in see(later)
    assert "Since you are in line one person has got a seat." in see(later)
    early.refresh_from_db()
    early.cancel()
    assert "Since you are in line one person has got a seat." in see(later)
    late.refresh_from_db()
    assert late.state == "going"
    assert "Nobody is ahead of you: the next seat is yours." in see(later)


def test_near_the_start_the_page_says_that_we_ask_first():
    event = make_event(starts_in=2 * HOUR, capacity=0)
    assert "we ask first" in see(make_registration(event, "waiting"))


def test_whoever_waits_with_guests_or_behind_others_is_told_so():
    event = make_event(capacity=0, guests_allowed=2)
    seat = make_registration(event, "waiting", guests=2, behind=True)
    assert "You ask for 3 seats together." in see(seat)
    assert "those who did not go first" in see(seat)


def test_whoever_waits_is_told_where_a_seat_is_free():
    event = make_event(mode="both", capacity=0, online_capacity=5)
    seat = make_registration(event, "waiting", mode="onsite")
    assert "Online there is a seat for you now" in see(seat)
    press(seat, "change", mode="online")
    assert (seat.state, seat.mode) == ("going", "online")
    assert letters(seat) == ["registrations/moved_up"]


def test_one_leaves_the_line_by_link():
    event = make_event(capacity=0)
    gone, stays = (make_registration(event, "waiting") for _each in range(2))
    assert "Step out of the line?" in see(gone, "cancel/")
    assert "We do not look for a seat for you any more." in press(gone, "cancel")
    assert (gone.state, letters(gone)) == ("cancelled", ["registrations/left"])
    assert "You are 1st in line" in see(stays)


def test_a_request_says_that_it_waits_for_a_yes():
    event = make_event(approval=True)
    asked = Registration.objects.register(event, make_contact())
    page = see(asked)
    assert "The organizers look at your request" in page
    assert "in line" not in page.partition("Change")[0]


# An offer


def test_an_offer_shows_its_clock_in_the_readers_zone_and_is_taken_by_one_button():
    event = make_event(make_series(ask_hours=8), starts="2027-03-18T19:00", capacity=1)
    held = make_registration(event)
    contact = make_contact(time_zone="Asia/Shanghai")
    seat = make_registration(event, "waiting", contact)
    # 11:00 in Minsk is 16:00 in Shanghai, and the start is at midnight there: five waking hours
    # are left, half of them are hers.
    with time_machine.travel(datetime.fromisoformat("2027-03-18T11:00+03:00"), tick=False):
        held.cancel()
        page = see(seat)
        assert "A seat is free for you" in page
        assert "until Thursday 18 March, 18:30 (Shanghai); the night is not counted" in page
        form = Client().get(seat.get_absolute_url()).content.decode()
        assert f'action="{seat.get_absolute_url()}confirm/"' in form
        assert f'formaction="{seat.get_absolute_url()}cancel/"' in form
        assert "The seat is yours." in press(seat, "confirm")
    assert (seat.state, event.registrations.going().count()) == ("going", 1)


def test_an_offer_is_refused_by_one_button_and_the_next_is_asked():
    event = make_event(starts_in=2 * HOUR, capacity=1)
    first, second = make_registration(event, "offered"), make_registration(event, "waiting")
    press(first, "cancel")
    second.refresh_from_db()
    assert (first.state, second.state) == ("cancelled", "offered")
    assert broken_invariants() == {}


def test_an_offer_that_is_over_has_no_button_and_is_not_taken():
    event = make_event(starts_in=20 * HOUR, capacity=1)
    seat = make_registration(event, "offered", offer_until=event.starts_at - 18 * HOUR)
    with time_machine.travel(seat.offer_until + timedelta(seconds=1), tick=False):
        assert "The time to say yes is over" in see(seat)
        assert "Yes, I take it" not in see(seat) + see(seat, "confirm/")
        assert "The time is over and the seat went on." in press(seat, "confirm")
        assert seat.state == "offered"
        seat.expire()
        seat.refresh_from_db()
        assert "The seat went on to somebody else" in see(seat)
        assert "We kept it for you until" in see(seat)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_offer_taken_by_25_clicks_at_once_is_taken_once():
    """T07."""
    event = make_event(starts_in=2 * HOUR, capacity=1)
    seat = make_registration(event, "offered")
    path = f"{seat.get_absolute_url()}confirm/"
    answers = in_threads(25, lambda _number: Client().post(path).status_code)
    seat.refresh_from_db()
    assert answers == [302] * 25
    assert (seat.state, letters(seat)) == ("going", ["registrations/going"])
    event.refresh_from_db()
    assert event.seats_taken == 1
    assert broken_invariants() == {}


# Changing


def test_how_with_whom_and_what_others_see_is_changed_in_one_place():
    event = make_event(mode="both", capacity=5, guests_allowed=3)
    seat = make_registration(event, mode="online")
    page = press(seat, "change", mode="onsite", guests="2", is_shown="on", mixes="on")
    assert "Saved." in page
    assert (seat.mode, seat.guests, seat.is_shown, seat.mixes) == ("onsite", 2, True, True)
    assert letters(seat) == ["registrations/changed"]
    press(seat, "change", mode="onsite", guests="2")
    assert (seat.guests, seat.is_shown, seat.mixes) == (2, False, False)
    assert letters(seat) == ["registrations/changed"]


def test_whoever_was_never_asked_about_circles_says_nothing_by_another_change():
    seat = make_registration(make_event())
    press(seat, "change", is_shown="on")
    assert (seat.is_shown, seat.mixes) == (True, None)


@pytest.mark.parametrize("guests", ["4", "-1", "x", "9" * 30])
def test_a_senseless_change_is_said_and_changes_nothing(guests):
    seat = make_registration(make_event(guests_allowed=3), guests=1)
    answer = Client().post(f"{seat.get_absolute_url()}change/", {"guests": guests})
    seat.refresh_from_db()
    assert (answer.status_code, seat.guests) == (200, 1)
    assert "Please look at this once more" in words(answer)


def test_a_change_for_which_there_is_no_seat_leaves_all_as_it_was():
    event = make_event(capacity=2, guests_allowed=3)
    seat = make_registration(event)
    page = press(seat, "change", guests="2", is_shown="on")
    assert "Only 1 more seat is free." in page
    assert (seat.guests, seat.is_shown) == (0, False)


@pytest.mark.parametrize("state", ["cancelled", "expired"])
def test_there_is_nothing_to_change_without_a_seat(state):
    seat = make_registration(make_event(guests_allowed=3), state)
    assert "There is no seat any more" in press(seat, "change", guests="1", is_shown="on")
    assert (seat.guests, seat.is_shown) == (0, False)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_change_sent_twice_at_once_is_made_and_told_once():
    event = make_event(capacity=3, guests_allowed=2)
    seat = make_registration(event)
    path = f"{seat.get_absolute_url()}change/"
    in_threads(8, lambda _number: Client().post(path, {"guests": "2"}))
    seat.refresh_from_db()
    event.refresh_from_db()
    assert (seat.guests, event.seats_taken) == (2, 3)
    assert letters(seat) == ["registrations/changed"]


# Who comes


def test_names_are_seen_by_people_with_a_seat_and_only_those_that_are_shown():
    event = make_event(guests_allowed=1, capacity=4)
    seat = make_registration(event, contact=make_contact(name="Ada"), is_shown=True)
    make_registration(event, contact=make_contact(name="Grace Hopper"), is_shown=True)
    make_registration(event, contact=make_contact(name="Hidden Person"), guests=1)
    waiting = make_registration(event, "waiting", contact=make_contact(name="W"), is_shown=True)
    assert "Who comes Grace Hopper and 2 others You see" in see(seat)
    assert "Hidden Person" not in see(seat)
    assert "Who comes" not in see(waiting)
    public = Client().get(event.get_absolute_url()).content.decode()
    assert "Grace Hopper" not in public


def test_a_crowd_is_named_up_to_a_hundred_in_as_many_queries_as_one():
    event = make_event(capacity=None)
    seat = make_registration(event)
    make_registration(event, is_shown=True)
    Client().get(seat.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as few:
        see(seat)
    for _each in range(102):
        make_registration(event, is_shown=True)
    with CaptureQueriesContext(connection) as many:
        page = see(seat)
    assert len(many) == len(few)
    assert "and 3 others" in page


# "Still coming?" (O5)


def test_a_no_frees_the_seat_at_once_and_the_next_gets_it():
    event = make_event(capacity=1)
    seat, next_one = make_registration(event), make_registration(event, "waiting")
    assert "Yes, I am coming No, give my seat away" in see(seat, "coming/")
    press(seat, "coming", answer="no")
    next_one.refresh_from_db()
    assert (seat.state, next_one.state) == ("cancelled", "going")


@pytest.mark.parametrize("answer", ["", "maybe", "yes\x00"])
def test_an_answer_that_is_neither_yes_nor_no_changes_nothing(answer):
    seat = make_registration(make_event())
    assert "Please press yes or no." in press(seat, "coming", answer=answer)
    assert (seat.state, seat.coming_at) == ("going", None)


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_whoever_has_no_seat_is_told_how_it_stands_and_keeps_her_place(answer):
    seat = make_registration(make_event(capacity=0), "waiting")
    assert "You are 1st in line" in see(seat, "coming/")
    assert "You are 1st in line" in press(seat, "coming", answer=answer)
    assert (seat.state, seat.coming_at) == ("waiting", None)


# Looking


@pytest.mark.parametrize("page", ["change/", "contest/"])
@pytest.mark.parametrize("state", ["going", "waiting", "cancelled"])
def test_a_look_at_an_address_that_only_takes_answers_leads_to_the_page(page, state):
    seat = make_registration(make_event(), state)
    answer = Client().get(f"{seat.get_absolute_url()}{page}")
    assert (answer.status_code, answer["Location"]) == (302, seat.get_absolute_url())
    assert answer["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("page", ["change/", "contest/"])
def test_an_answer_from_elsewhere_is_refused(page):
    seat = make_registration(make_event(starts_in=-10 * DAY), came=False)
    answer = Client(enforce_csrf_checks=True).post(f"{seat.get_absolute_url()}{page}")
    seat.refresh_from_db()
    assert (answer.status_code, seat.appeal) == (403, "")


@pytest.mark.parametrize(
    ("moment", "is_promised"),
    [("2027-03-17T14:59:59", True), ("2027-03-17T15:00", False), ("2027-03-18T15:40", False)],
)
def test_a_reminder_is_promised_until_the_eve_at_six(moment, is_promised):
    with time_machine.travel(datetime.fromisoformat("2027-03-01T12:00+00:00")):
        seat = make_registration(make_event(starts="2027-03-18T19:00", zone="Europe/Minsk"))
    with time_machine.travel(datetime.fromisoformat(f"{moment}+00:00"), tick=False):
        page = see(seat)
        assert "It is kept for" in page
        assert ("We remind you the day before." in page) == is_promised
