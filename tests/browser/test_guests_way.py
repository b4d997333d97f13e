"""A guest's way: from the home page to a seat, and what she does with it."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from playwright.sync_api import expect

from tests.browser.doing import ask_for_a_seat, follow, press, said
from tests.browser.reading_mail import holders_page, letters_to, mail_to
from tests.builders import make_event, make_registration, make_series, make_venue

pytestmark = pytest.mark.browser

ANNA = "anna@example.org"
DAY = datetime.now(UTC).date() + timedelta(days=30)


@pytest.fixture
def evening(transactional_db):
    venue = make_venue(name="Space", entrance="Blue door, second floor.")
    return make_event(
        make_series(name="Minsk Python", privacy_text="We keep your address."),
        title="What a query costs", starts=f"{DAY}T19:00", venue=venue, capacity=10,
    )  # fmt: skip


@pytest.fixture(params=["with script", "without script"])
def window(request, people, transactional_db):
    """Everything works without JavaScript too."""
    return people.open(java_script_enabled=request.param == "with script")


def tab_to(page, name):
    """Presses Tab until something of this name has the focus, as somebody without a mouse does."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).innerText"
        ):
            return
    raise AssertionError(f"no {name} to be reached by Tab")


def enter(page):
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_seat_is_had_with_the_keyboard_alone(guest, evening):
    guest.goto("/")
    tab_to(guest, "Keep me a seat")
    enter(guest)
    tab_to(guest, "Your name")
    guest.keyboard.type("Anna")
    guest.keyboard.press("Tab")
    guest.keyboard.type(ANNA)
    guest.keyboard.press("Tab")
    guest.keyboard.press("Space")  # "Write to me about further evenings"
    tab_to(guest, "Keep me a seat")
    enter(guest)
    said(guest, f"We have just written to {ANNA}")
    seat = evening.registrations.get()
    assert (seat.state, seat.contact.name) == ("going", "Anna")
    assert evening.series.wishes.get(email=ANNA).source == "registration"


def test_the_confirmation_says_all_and_fits_a_calendar(window, evening):
    ask_for_a_seat(window, "Anna", ANNA)
    letter = mail_to(ANNA)
    assert letter.subject.startswith("You have a seat: What a query costs")
    for words in ("Hello Anna", "Space", "Blue door, second floor.", f"{DAY.day} {DAY:%B}, 19:00"):
        assert words in letter.text
    [file] = letter.attachments
    [entry] = Calendar.from_ical(file.text).walk("VEVENT")
    assert entry["DTSTART"].dt == evening.starts_at
    assert (entry["SUMMARY"], entry["LOCATION"].startswith("Space")) == ("What a query costs", True)


def test_the_holder_says_that_she_comes(window, evening):
    ask_for_a_seat(window, "Anna", ANNA)
    window.goto(holders_page(mail_to(ANNA)))
    expect(window.get_by_role("heading", name="You have a seat")).to_be_visible()
    follow(window, "Still coming?")
    press(window, "Yes, I am coming")
    said(window, "Good, see you there.")
    assert evening.registrations.get().coming_at is not None
    assert window.get_by_role("link", name="Still coming?").count() == 0


def test_the_holder_says_no_and_gets_a_mail_about_it(window, evening):
    ask_for_a_seat(window, "Anna", ANNA)
    window.goto(holders_page(mail_to(ANNA)))
    follow(window, "Still coming?")
    press(window, "No, give my seat away")
    expect(window.get_by_role("heading", name="You are off the list")).to_be_visible()
    assert evening.registrations.get().state == "cancelled"
    assert letters_to(ANNA)[-1].subject == "You have freed your seat: What a query costs"


def test_a_held_seat_is_confirmed_by_a_click_of_hers(window, evening):
    evening.series.confirm_by_mail = True
    evening.series.save()
    ask_for_a_seat(window, "Anna", ANNA)
    window.goto(holders_page(mail_to(ANNA)))
    assert evening.registrations.get().state == "pending"
    press(window, "Keep my seat")
    said(window, "The seat is yours.")
    assert evening.registrations.get().state == "going"


def test_what_is_wrong_with_a_form_is_said_and_what_was_typed_stays(window, evening):
    window.goto(f"{evening.get_absolute_url()}register/")
    window.get_by_label("Your name").fill("Anna")
    window.get_by_label("Your e-mail address").fill("anna at example")
    press(window, "Keep me a seat")
    expect(window.get_by_label("Your name")).to_have_value("Anna")
    expect(window.get_by_label("Your e-mail address")).to_have_attribute("aria-invalid", "true")
    assert window.title().startswith("Error:")
    assert not evening.registrations.exists()


def test_the_way_of_taking_part_is_chosen(window):
    event = make_event(
        title="What a query costs", mode="both", online_url="https://online.example.org/"
    )
    make_registration(event)
    window.goto(f"{event.get_absolute_url()}register/")
    window.get_by_label("Your name").fill("Anna")
    window.get_by_label("Your e-mail address").fill(ANNA)
    window.get_by_label("Online").check()
    press(window, "Keep me a seat")
    assert event.registrations.get(contact__email=ANNA).mode == "online"
    assert "https://online.example.org/" in mail_to(ANNA).text


def test_the_end_of_ones_patience_is_said_with_a_time(guest, evening):
    for _ in range(3):
        ask_for_a_seat(guest, "Anna", ANNA)
    guest.goto(f"{evening.get_absolute_url()}register/")
    guest.get_by_label("Your name").fill("Anna")
    guest.get_by_label("Your e-mail address").fill(ANNA)
    press(guest, "Keep me a seat")
    assert "minutes" in guest.get_by_role("main").inner_text()
    assert len(letters_to(ANNA)) == 1
