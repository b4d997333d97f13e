"""An organizer's first evening, from an empty house to the day it is called off, by clicking."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.doing import ask_for_a_seat, follow, press, said
from tests.browser.people import session_of
from tests.browser.reading_mail import holders_page, letters_to, mail_to
from tests.browser.signing_in import sign_in
from tests.builders import make_event, make_organizer, make_user

pytestmark = pytest.mark.browser

DAY = datetime.now(UTC).date() + timedelta(days=30)
ANNA, BORIS, VERA = "anna@example.org", "boris@example.org", "vera@example.org"


def add_series(desk):
    follow(desk, "Add a series")
    desk.get_by_label("Name").first.fill("Minsk Python")
    desk.get_by_label("Time zone").fill("Europe/Minsk")
    press(desk, "Save")
    said(desk, "Minsk Python")


def add_venue(desk):
    follow(desk, "Venues")
    follow(desk, "Add a venue")
    desk.get_by_label("Name").first.fill("Space")
    desk.get_by_label("Address").fill("Kastryčnickaja 16")
    desk.get_by_role("button", name="Add another Room").click()
    rooms = desk.get_by_role("group", name="Rooms")
    rooms.get_by_label("Name").first.fill("Hall")
    rooms.get_by_label("People it holds").first.fill("60")
    press(desk, "Save")
    said(desk, "Space")


def add_evening(desk):
    follow(desk, "Desk")
    follow(desk, "Add an evening")
    desk.get_by_label("Title").first.fill("What a query costs")
    desk.get_by_label("Date").fill(DAY.isoformat())
    desk.get_by_label("Start").fill("19:30")
    desk.get_by_label("Venue").select_option("Space")
    desk.get_by_label("Room").select_option("Space, Hall")
    desk.get_by_label("Seats on site").fill("1")
    agenda = desk.get_by_role("group", name="Agenda").get_by_role("row")
    for row, (kind, title) in enumerate([("welcome", ""), ("talk", "Plans"), ("break", "")], 1):
        agenda.nth(row).get_by_label("Kind").select_option(kind)
        agenda.nth(row).get_by_label("Title").fill(title)
    press(desk, "Save")
    said(desk, "What a query costs")


def add_talk(desk):
    follow(desk, "Add the talk")
    expect(desk.get_by_label("Title")).to_have_value("Plans")
    desk.get_by_label("Speakers").fill("Ada Lovelace")
    press(desk, "Save")
    said(desk, "Plans")


def open_evening(desk):
    follow(desk, "Evenings")
    follow(desk, "What a query costs")


def publish(desk):
    open_evening(desk)
    follow(desk, "Publish")
    press(desk, "Publish")
    said(desk, "The evening is published.")


def raise_the_limit(desk, seats):
    open_evening(desk)
    desk.get_by_label("Seats on site").fill(str(seats))
    press(desk, "Save")
    said(desk, "What a query costs")


def add_at_the_door(desk, name, email):
    open_evening(desk)
    follow(desk, "Add a guest")
    desk.get_by_label("Name").fill(name)
    desk.get_by_label("E-mail").fill(email)
    desk.get_by_label("Is here now").check()
    press(desk, "Save")


def arrange(desk):
    """From the first sign-in to an evening that everybody can see."""
    desk.goto("/admin/")
    sign_in(desk, make_user("olga@example.org", is_superuser=True).email)
    add_series(desk)
    follow(desk, "Desk")
    add_venue(desk)
    add_evening(desk)
    add_talk(desk)
    publish(desk)


def found(desk, words):
    """The names in the list of guests, after a search."""
    follow(desk, "Guests")
    desk.get_by_role("searchbox").fill(words)
    press(desk, "Search")
    return [row.inner_text() for row in desk.locator("tbody th a").all()]


def fill_and_free_the_seat(guest):
    """Two ask for one seat; the first gives it back, so it is the second's."""
    ask_for_a_seat(guest, "Anna", ANNA)
    ask_for_a_seat(guest, "Boris", BORIS, "Put me in line")
    assert "You have a seat" in mail_to(ANNA).subject
    assert "you are in line" in mail_to(BORIS).subject
    guest.goto(holders_page(mail_to(ANNA)))
    follow(guest, "I cannot come")
    press(guest, "Give my seat back")
    said(guest, "The seat is free for somebody else now.")
    assert "A seat has come free for you" in mail_to(BORIS).subject


def see_what_was_written_to(desk, name):
    follow(desk, name)
    follow(desk, "Every message to this person")
    subjects = [link.inner_text() for link in desk.locator("tbody th a").all()]
    assert [subject.partition(":")[0] for subject in subjects] == [
        "A seat has come free for you",
        "The evening is full, you are in line",
    ]


def test_an_evening_is_arranged_announced_and_fills(guest, people):
    desk = people.open()
    arrange(desk)
    guest.goto("/")
    follow(guest, "What a query costs")
    for words in ("Space, Hall", "19:30", "Plans", "Ada Lovelace", "1 of 1 seats left"):
        expect(guest.get_by_text(words).first).to_be_visible()
    fill_and_free_the_seat(guest)
    assert found(desk, "boris") == ["Boris"]
    see_what_was_written_to(desk, "Boris")
    add_at_the_door(desk, "Vera", VERA)
    said(desk, "All seats are taken. Raise the limit first, then add the guest.")
    raise_the_limit(desk, 2)
    add_at_the_door(desk, "Vera", VERA)
    assert sorted(found(desk, "example.org")) == ["Anna", "Boris", "Vera"]
    assert letters_to(VERA) == []


def move(desk, day):
    follow(desk, "Move")
    expect(desk.get_by_text("1 person is told by mail.")).to_be_visible()
    desk.get_by_label("Date").fill(day.isoformat())
    press(desk, "Move")
    said(desk, "1 person is told by mail.")


def call_off(desk, because):
    follow(desk, "Cancel the evening")
    desk.get_by_label("Why").fill(because)
    press(desk, "Cancel the evening")
    said(desk, "The evening is cancelled. 1 person is told by mail.")


def test_an_evening_is_moved_and_called_off_and_everybody_is_told(guest, people):
    event = make_event(title="What a query costs", starts=f"{DAY}T19:00")
    desk = people.open("/admin/", session=session_of(make_organizer(event.series)))
    ask_for_a_seat(guest, "Anna", ANNA)
    assert "You have a seat" in mail_to(ANNA).subject
    open_evening(desk)
    move(desk, DAY + timedelta(days=7))
    assert "Moved: What a query costs" in mail_to(ANNA).subject
    guest.reload()
    expect(guest.get_by_role("heading", name="This evening has a new time")).to_be_visible()
    call_off(desk, "The heating is broken.")
    assert "Cancelled: What a query costs" in mail_to(ANNA).subject
    guest.reload()
    expect(guest.get_by_role("heading", name="This evening is cancelled")).to_be_visible()
    expect(guest.get_by_text("The heating is broken.")).to_be_visible()
