"""Evenings as iCalendar, read back by a parser: what people typed cannot break the file (T56)."""

from datetime import UTC, date, datetime

import icalendar
import pytest
import time_machine

from meetups.calendar import calendar_file
from tests.builders import make_event, make_venue

pytestmark = pytest.mark.django_db

NASTY = {
    "carriage return and line feed": "Evening\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Evil",
    "line feed": "Evening\nATTENDEE:mailto:victim@example.org",
    "lone carriage return": "Evening\rSTATUS:CANCELLED",
    "other line ends of Unicode": "Evening\u2028END:VEVENT\u2029END:VCALENDAR\x85\x0b\x0cX:1",
    "control characters": "Evening\x01\x02\x07\x1b[31m\x7f",
    "signs that mean something": 'a,b;c\\d:e"f\\nEND:VEVENT^n{x}',
    "right to left": "\u202egninevE\u202c \u200f",
    "emoji": "🎉" * 100,
    "two hundred letters": "Ж" * 200,
}


def parsed(event, **how):
    return icalendar.Calendar.from_ical(calendar_file([event], **how))


def entry(event):
    (found,) = parsed(event).walk("VEVENT")
    return found


@pytest.mark.parametrize("title", NASTY.values(), ids=NASTY.keys())
@pytest.mark.parametrize("field", ["title", "tagline"])
def test_nothing_that_people_type_leaves_its_line(field, title):
    event = make_event(**{field: title})
    calendar = parsed(event)
    assert [part.name for part in calendar.walk()] == ["VCALENDAR", "VEVENT"]
    assert set(calendar.walk("VEVENT")[0]) <= {
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SEQUENCE",
        "STATUS",
        "SUMMARY",
        "DESCRIPTION",
        "URL",
    }
    assert calendar.walk("VEVENT")[0]["STATUS"] == "CONFIRMED"


@pytest.mark.parametrize("title", ["Ж" * 200, "编" * 200, "🎉" * 200, "é" * 199 + "x", "a" * 200])
def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut(title):
    text = calendar_file([make_event(title=title, venue=make_venue(name="Площадь " * 20))])
    lines = text.encode().split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert all(line.decode() for line in lines if line)
    assert b"\n" not in b"".join(lines)
    (found,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(found["SUMMARY"]) == title


def test_ten_thousand_letters_in_a_venue_still_parse():
    event = make_event(venue=make_venue(rooms=["Hall"], address="Straße 1, 2. Stock; Hof"))
    event.tagline = "x" * 10_000
    (found,) = icalendar.Calendar.from_ical(calendar_file([event])).walk("VEVENT")
    assert len(found["DESCRIPTION"]) == 10_000


def test_the_entry_is_the_evening_in_utc():
    event = make_event(starts="2026-12-10T19:00", minutes=150, title="Evening 61")
    found = entry(event)
    assert found["DTSTART"].dt == datetime(2026, 12, 10, 16, tzinfo=UTC)
    assert found["DTEND"].dt == datetime(2026, 12, 10, 18, 30, tzinfo=UTC)
    assert b"DTSTART:20261210T160000Z" in found.to_ical()


def test_the_same_evening_keeps_its_uid_and_a_move_raises_its_sequence():
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC)):
        event = make_event(starts="2026-12-10T19:00")
        before = entry(event)
        event.move(date(2026, 12, 17))
        after = entry(event)
        event.move(date(2026, 12, 18))
        last = entry(event)
    assert before["UID"] == after["UID"] == last["UID"]
    assert [e["SEQUENCE"] for e in (before, after, last)] == [0, 1, 2]


def test_a_cancelled_evening_stays_in_the_calendar_as_cancelled():
    event = make_event()
    uid = entry(event)["UID"]
    event.cancel()
    found = entry(event)
    assert (found["UID"], found["STATUS"], found["SEQUENCE"]) == (uid, "CANCELLED", 1)


def test_two_evenings_have_two_uids():
    uids = [e["UID"] for e in (entry(make_event()), entry(make_event()))]
    assert len(set(uids)) == 2


def test_an_empty_calendar_is_one():
    calendar = icalendar.Calendar.from_ical(calendar_file([], name="Minsk Python"))
    assert str(calendar["X-WR-CALNAME"]) == "Minsk Python"
    assert calendar.walk("VEVENT") == []


def test_a_year_of_evenings_keeps_their_order():
    events = [make_event(title=f"Evening {number}") for number in range(12)]
    calendar = icalendar.Calendar.from_ical(calendar_file(events))
    assert [str(e["SUMMARY"]) for e in calendar.walk("VEVENT")] == [e.title for e in events]
