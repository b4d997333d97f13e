"""What the letters about a seat say to somebody who reads one for the first time."""

from datetime import timedelta

import pytest

from mailings.models import Reminder
from outbox.letters import compose
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration, make_series
from tests.registrations.crowd import later

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def last_letter(seat):
    """The last one about this seat, as it is sent."""
    row = seat.event.messages().filter(contact=seat.contact).order_by("created_at").last()
    return compose(row.template, row.facts())


def test_the_confirmation_counts_the_guests_and_leads_to_the_page_where_all_is_changed():
    event = make_event(guests_allowed=3)
    seat = Registration.objects.register(event, make_contact(), guests=2)
    letter = last_letter(seat)
    assert "Your seat and those of your 2 guests are kept." in letter.text
    assert f"http://testserver{seat.get_absolute_url()}\n" in letter.text
    assert "change how you take part and whom you bring" in letter.text


def test_a_place_in_line_says_that_near_the_start_we_ask_first():
    event = make_event(make_series(ask_hours=5), capacity=0)
    seat = Registration.objects.register(event, make_contact())
    assert "Within the last 5 hours before the start we ask first" in last_letter(seat).text
    at_once = make_event(make_series(ask_hours=0), capacity=0)
    assert (
        "we ask first"
        not in last_letter(Registration.objects.register(at_once, make_contact())).text
    )


def test_an_offer_says_until_when_by_the_clock_of_its_reader():
    event = make_event(make_series(ask_hours=8), starts="2027-03-18T19:00", capacity=1)
    held = make_registration(event)
    seat = make_registration(event, "waiting", make_contact(time_zone="Asia/Shanghai"))
    with later(seconds=0) as clock:
        clock.move_to(event.starts_at - 8 * HOUR)
        held.cancel()
        text = last_letter(seat).text
    assert "until Thursday 18 March, 18:30 (Shanghai); the night is not counted" in text
    assert f"{seat.get_absolute_url()}confirm/" in text
    assert f"{seat.get_absolute_url()}cancel/" in text


def test_a_request_that_was_granted_is_no_seat_that_came_free():
    event = make_event(approval=True)
    seat = Registration.objects.register(event, make_contact())
    assert "You do not have a seat yet" in last_letter(seat).text
    seat.approve()
    letter = last_letter(seat)
    assert letter.subject.startswith("You have a seat: ")
    assert "came free" not in letter.text


def test_the_reminder_asks_whether_she_still_comes():
    event = make_event(starts_in=20 * HOUR)
    seat = make_registration(event)
    with later(hours=14):
        Reminder.objects.plan_due()
    letter = last_letter(seat)
    assert f"Still coming? Yes or no:\nhttp://testserver{seat.get_absolute_url()}coming/" in (
        letter.text
    )
