"""A speaker drops out, and a reserve steps in: one place, one confirmation, no message too many."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.doing import follow, press, said
from tests.browser.people import session_of
from tests.browser.reading_mail import address_in, letters_to, mail_to
from tests.browser.speaking import open_mailed, stands
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_series,
    make_slot,
)

pytestmark = pytest.mark.browser

ADA, BORIS, CLARA = "ada@example.org", "boris@example.org", "clara@example.org"
OLGA = "olga@example.org"
DAY = datetime.now(UTC).date() + timedelta(days=10)


@pytest.fixture
def evening(transactional_db):
    event = make_event(make_series("minsk"), title="What a query costs", starts=f"{DAY}T19:00")
    make_slot(event, "talk", minutes=40)
    return event


@pytest.fixture
def ada(evening):
    """Her part in the talk that stands in the programme; two others are in reserve."""
    call = make_call(evening.series)
    names = {ADA: "Ada", BORIS: "Boris", CLARA: "Clara"}
    people = {email: make_contact(email, name) for email, name in names.items()}
    talk = make_proposal(call, "confirmed", people[ADA], evening.slots.get(), title="Indexes")
    make_proposal(call, "reserve", people[BORIS], title="Types")
    make_proposal(call, "reserve", people[CLARA], title="Tests", notice_days=3)
    return talk.parts.get()


@pytest.fixture
def desk(people, evening):
    owner = make_organizer(evening.series, email=OLGA, name="Olga")
    return people.open("/admin/", session=session_of(owner))


def drop_out(page, part):
    page.goto(part.get_absolute_url())
    stands(page, "You are on the programme")
    follow(page, "I cannot come after all")
    page.get_by_label("Would you like to say why?").fill("I have a fever.")
    press(page, "I cannot come")
    said(page, "Your talk stays with us for another evening.")


def ask_the_reserves(desk):
    """From the mail that tells of it: one click, and the round begins."""
    letter = mail_to(OLGA)
    assert letter.subject.endswith("Ada cannot come")
    assert "I have a fever." in letter.text
    desk.goto(address_in(letter, "/admin/"))
    press(desk, "Ask the reserves")
    said(desk, "2 reserves are in line; the first one is asked.")
    places = desk.get_by_role("region", name="Free places")
    expect(places.get_by_text("“Types” is asked until")).to_be_visible()


def answer(page, email, button):
    open_mailed(page, email, "A place is free on")
    press(page, button)


def subjects(email):
    return [letter.subject.partition(":")[0].partition(" on ")[0] for letter in letters_to(email)]


def talks_on(page, evening):
    page.goto(evening.get_absolute_url())
    return [link.inner_text() for link in page.locator(".agenda a[href^='/talks/']").all()]


def test_a_reserve_steps_in_for_a_speaker_who_cannot_come(guest, people, evening, ada, desk):
    assert talks_on(guest, evening) == ["Indexes"]
    drop_out(guest, ada)
    assert talks_on(guest, evening) == []
    ask_the_reserves(desk)
    answer(guest, BORIS, "No, not this time")
    answer(guest, CLARA, "Yes, I step in")
    said(guest, "The place is yours.")
    assert talks_on(guest, evening) == ["Tests"]
    assert {email: subjects(email) for email in (ADA, BORIS, CLARA, OLGA)} == {
        ADA: ["Not"],
        BORIS: ["A place is free"],
        CLARA: ["A place is free", "You speak"],
        OLGA: ["A place is free"],
    }
