"""A speaker's way: from a wish to a recording, with everybody who helps her, by clicking."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.doing import ask_for_a_seat, follow, press, said
from tests.browser.people import session_of
from tests.browser.reading_mail import address_in, holders_page, letters_to, mail_to
from tests.browser.speaking import decide, open_mailed, open_proposal, propose, stands
from tests.builders import make_call, make_event, make_organizer, make_series, make_slot, make_venue
from tests.speakers.pdfs import PDF

pytestmark = pytest.mark.browser

ADA, VERA, OLGA = "ada@example.org", "vera@example.org", "olga@example.org"
DAY = datetime.now(UTC).date() + timedelta(days=40)


@pytest.fixture
def evening(transactional_db):
    """An evening with a free place for a talk, of a series that looks for talks."""
    series = make_series("minsk", name="Minsk Python")
    make_call(series, title="Talks wanted")
    event = make_event(
        series, title="What a query costs", starts=f"{DAY}T19:00", venue=make_venue(name="Space")
    )
    make_slot(event, "talk", minutes=40)
    return event


@pytest.fixture
def desk(people, evening):
    owner = make_organizer(evening.series, email=OLGA, name="Olga")
    return people.open("/admin/", session=session_of(owner))


def give_marks(reviewer, title):
    open_proposal(reviewer, title)
    follow(reviewer, "Give your marks")
    for criterion in reviewer.get_by_role("group").all():
        criterion.get_by_label("4", exact=True).check()
    reviewer.get_by_label("Comment").fill("I would come for this.")
    press(reviewer, "Keep my marks")
    said(reviewer, "are kept")


def place(desk, title):
    open_proposal(desk, title)
    follow(desk, "Place on an evening")
    desk.get_by_label("Place", exact=True).select_option(index=0)
    press(desk, "Place on an evening")
    said(desk, "It is planned for What a query costs.")


def tell(desk, call="Talks wanted"):
    follow(desk, "Desk")
    follow(desk, "Proposals")
    follow(desk, "Look and tell them")
    press(desk, "Tell the speakers")
    said(desk, "1 person is written to.")


def offer_a_rehearsal(desk):
    follow(desk, "Desk")
    desk.get_by_role("link", name="Rehearsals", exact=True).first.click()
    follow(desk, "Offer a time")
    desk.get_by_label("Date").fill((DAY - timedelta(days=7)).isoformat())
    desk.get_by_label("Start").fill("18:00")
    desk.get_by_label("Where").fill("Space, Hall")
    press(desk, "Save")


def open_talk(desk, title):
    open_proposal(desk, title)
    follow(desk, "The talk that came of it")


def comment(desk, title, words):
    open_talk(desk, title)
    follow(desk, "Write about the slides")
    desk.get_by_label("To the speakers").fill(words)
    press(desk, "Write about the slides")
    said(desk, "The speakers can read it now.")


def send_slides(page):
    follow(page, "Send your slides")
    slides = {"name": "indexes.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.get_by_label("Your slides as a PDF").set_input_files(slides)
    press(page, "Send this version")
    said(page, "Version 1 is here.")


def book_a_rehearsal(page):
    follow(page, "Indexes")
    follow(page, "Choose a time")
    page.get_by_role("radio").first.check()
    press(page, "Keep this time for me")
    said(page, "This time is yours.")
    assert mail_to(ADA).subject.startswith("Your rehearsal:")


def say_what_may_be_shown(page):
    follow(page, "Indexes")
    follow(page, "What may be shown")
    page.get_by_label("Everywhere").check()
    page.get_by_label("CC BY 4.0").check()
    press(page, "Keep my answer")


def let_pass(evening):
    """It is the day after."""
    evening.refresh_from_db()
    evening.date -= timedelta(days=41)
    evening.save()


def say_how_it_was(guest):
    guest.goto(holders_page(mail_to(VERA)))
    follow(guest, "Tell the speakers how it was, and what you would like to hear next")
    guest.get_by_label("What was good?").fill("The pictures.")
    press(guest, "Keep my answers")
    said(guest, "Thank you.")


def add_what_is_missing(desk, thing):
    """From the desk by the evening that lists what a recap still lacks."""
    follow(desk, "Desk")
    follow(desk, "Evenings")
    follow(desk, "What a query costs")
    follow(desk, thing)


def add_what_remains(desk):
    add_what_is_missing(desk, "video")
    desk.get_by_label("Video").fill("https://video.example.org/indexes")
    desk.get_by_label("Summary").fill("An index is a *promise*.")
    press(desk, "Save")
    add_what_is_missing(desk, "slides")
    follow(desk, "Choose the slides to show")
    desk.get_by_label("Version 1").check()
    press(desk, "Choose the slides to show")
    said(desk, "Version 1 is shown with the talk.")


def links_of(page):
    return {link.get_attribute("href") for link in page.get_by_role("main").locator("a").all()}


def test_a_talk_goes_from_a_wish_to_a_recording(guest, people, evening, desk):
    window = people.open()
    ask_for_a_seat(window, "Vera", VERA)
    propose(guest, "Ada Lovelace", ADA, "Indexes")
    decide_on_it(people, evening, desk)
    confirm(guest, evening)
    prepare(guest, desk)
    let_pass(evening)
    say_how_it_was(window)
    add_what_remains(desk)
    see_what_remains(guest, window, evening)


def decide_on_it(people, evening, desk):
    reviewer = make_organizer(evening.series, "reviewer", name="Rita")
    give_marks(people.open("/admin/", session=session_of(reviewer)), "Indexes")
    decide(desk, "Indexes", "Accept", "It is accepted")
    place(desk, "Indexes")
    assert len(letters_to(ADA)) == 2  # the code and the receipt: nobody has told her yet
    tell(desk)


def confirm(guest, evening):
    guest.goto(evening.get_absolute_url())
    assert guest.get_by_text("Indexes").count() == 0
    open_mailed(guest, ADA, "Can you speak on")
    press(guest, "Yes, I am coming")
    stands(guest, "You are on the programme")
    assert mail_to(ADA).subject.startswith("You speak on")
    guest.goto(evening.get_absolute_url())
    for words in ("Indexes", "Ada Lovelace"):
        expect(guest.get_by_text(words).first).to_be_visible()


def prepare(guest, desk):
    offer_a_rehearsal(desk)
    open_mailed(guest, ADA, "You speak on")
    send_slides(guest)
    comment(desk, "Indexes", "Fewer words on page one.")
    open_mailed(guest, ADA, "A word on your slides")
    expect(guest.get_by_text("Fewer words on page one.")).to_be_visible()
    book_a_rehearsal(guest)
    say_what_may_be_shown(guest)


def see_what_remains(guest, window, evening):
    window.goto(evening.get_absolute_url())
    remains = {"https://video.example.org/indexes", "/talks/indexes/slides.pdf"}
    assert remains <= links_of(window)
    follow(window, "Indexes")
    assert remains <= links_of(window)
    expect(window.get_by_text("An index is a promise.")).to_be_visible()
    assert window.get_by_text("The pictures.").count() == 0
    guest.goto(address_in(mail_to(ADA), "/proposals/"))
    follow(guest, "Indexes")
    expect(guest.get_by_text("The pictures.")).to_be_visible()
