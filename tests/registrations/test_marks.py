"""A mark that she was not there: seen by her, contested by her, and what follows (O5)."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from registrations.models import Registration
from tests.builders import make_event, make_registration, make_series
from tests.registrations.pages import press, see

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def make_mark(days=10, series=None, came=False, **fields):
    event = make_event(series or make_series(), starts_in=-days * DAY)
    return make_registration(event, came=came, **fields)


def test_an_evening_without_check_in_yields_no_mark():
    seat = make_mark(came=None)
    assert "We did not see you" not in see(seat)
    assert "Thank you for being part of it." in see(seat)
    press(seat, "contest", words="I was there")
    assert (seat.appeal, seat.appeal_text) == ("", "")


def test_the_person_sees_the_mark_and_can_contest_it():
    series = make_series(missed_limit=1)
    seat = make_mark(series=series)
    page = see(seat)
    assert "We did not see you that evening" in page
    assert "Only the organizers and you see this." in page
    assert "It counts for six months" in page
    assert Registration.objects.held_against(seat.contact, series).count() == 1
    page = press(seat, "contest", words="I sat in the last row.")
    assert "An organizer looks at it" in page
    assert "You told us: “I sat in the last row.”" in page
    assert Registration.objects.held_against(seat.contact, series).count() == 0
    press(seat, "contest", words="Something else")
    assert seat.appeal_text == "I sat in the last row."


def test_the_answer_to_her_word_stands_on_the_page():
    believed, not_believed = (make_mark() for _each in range(2))
    for seat, was_there in ((believed, True), (not_believed, False)):
        seat.contest("I was there.")
        seat.settle_appeal(was_there)
    assert "The mark is gone" in see(believed)
    assert "the mark stays" in see(not_believed)
    assert "Tell the organizers" not in see(believed) + see(not_believed)


def test_what_follows_from_a_mark_is_said():
    assert "Nothing follows from it." in see(make_mark())
    series = make_series(missed_limit=2)
    seat = make_mark(series=series)
    make_mark(20, series, contact=seat.contact)
    assert "Whoever has 2 such marks at a time stands behind the others" in see(seat)
    assert "You have 2." in see(seat)
    assert "it no longer counts" in see(make_mark(200, series, contact=seat.contact))


def test_the_day_until_which_a_mark_counts_is_named():
    series = make_series(missed_limit=1)
    event = make_event(series, starts="2026-07-16T19:00")
    seat = make_registration(event, came=False)
    with time_machine.travel(datetime.fromisoformat("2026-08-01T12:00+03:00"), tick=False):
        # 183 days after 16 July.
        assert "until Friday 15 January 2027." in see(seat)


@pytest.mark.parametrize("typed", ["", " ", "x" * 501, "a\x00b"])
def test_her_word_is_a_sentence_or_the_form_says_so(typed):
    seat = make_mark()
    answer = Client().post(f"{seat.get_absolute_url()}contest/", {"words": typed})
    seat.refresh_from_db()
    assert (answer.status_code, seat.appeal) == (200, "")


def test_a_mark_of_an_evening_to_come_is_not_contested_yet():
    seat = make_registration(make_event(), came=False)
    assert "We did not see you" not in see(seat)
