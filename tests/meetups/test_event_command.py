"""manage.py event: the verbs of the admin for scripts, refused in the same sentences."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.builders import make_event, make_registration
from tests.registrations.crowd import register, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event(slug="mp-61", title="Evening 61", starts="2030-12-10T19:00")


def said(*arguments):
    out = StringIO()
    call_command("event", *arguments, stdout=out)
    return out.getvalue()


def test_it_publishes():
    event = make_event(slug="mp-61", title="Evening 61", status="draft")
    assert said("mp-61", "--publish") == "Evening 61: published.\n"
    event.refresh_from_db()
    assert event.status == "published"


def test_it_cancels_and_says_how_many_are_told(event):
    make_registration(event)
    assert said("mp-61", "--cancel") == "Evening 61: cancelled, 1 told.\n"


def test_it_moves_in_wall_time_of_the_events_zone(event):
    make_registration(event)
    words = said("mp-61", "--move", "2030-12-11T20:30")
    assert words == "Evening 61: now 2030-12-11 20:30 Europe/Minsk, 1 told.\n"
    event.refresh_from_db()
    assert event.starts_at == datetime(2030, 12, 11, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seats", "words"), [("120", 120, "120"), ("none", None, "no limit")]
)
def test_it_sets_the_seats(event, text, seats, words):
    assert said("mp-61", "--capacity", text) == f"Evening 61: {words} seats.\n"
    event.refresh_from_db()
    assert event.capacity == seats


def test_it_sets_the_seats_that_an_online_evening_has():
    event = make_event(slug="far-1", mode="online", online_capacity=0)
    register(event, "ada@x.org")
    said("far-1", "--capacity", "1")
    assert states(event) == ["ada going"]


def test_it_refuses_in_the_words_of_the_admin(event):
    make_registration(event)
    with pytest.raises(CommandError, match="1 seats? (is|are) already given"):
        said("mp-61", "--capacity", "0")
    said("mp-61", "--cancel")
    with pytest.raises(CommandError, match="already cancelled"):
        said("mp-61", "--cancel")


@pytest.mark.parametrize("slug", ["nowhere", "", "MP-61", "мп-61", "mp-61 ", "x" * 5000])
def test_an_unknown_evening_is_named(event, slug):
    with pytest.raises(CommandError, match="There is no evening"):
        said(slug, "--publish")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2030-12-11",
        "2030-13-11T19:00",
        "2030-02-30T19:00",
        "2030-12-11T25:00",
        "2030-12-11 19:00:00+03:00",
        "2030-12-11T19:00Z",
        "20301211T1900",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "٢٠٣٠-12-11T19:00",
        "2030-12-11T19:00\n",
    ],
)
def test_what_is_no_wall_time_is_refused_and_nothing_changes(event, text):
    with pytest.raises(CommandError):
        said("mp-61", "--move", text)
    event.refresh_from_db()
    assert event.starts_at == datetime(2030, 12, 10, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e3", "²", "١٢", "9999999999", "many", "0x10"])
def test_what_is_no_number_of_seats_is_refused_and_nothing_changes(event, text):
    with pytest.raises(CommandError, match="is no number of seats"):
        said("mp-61", f"--capacity={text}")
    event.refresh_from_db()
    assert event.capacity is None


@pytest.mark.parametrize("arguments", [[], ["--publish", "--cancel"], ["--capacity"]])
def test_exactly_one_verb_is_asked_for(event, arguments):
    with pytest.raises(CommandError):
        said("mp-61", *arguments)
