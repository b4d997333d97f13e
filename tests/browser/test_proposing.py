"""The form of a proposal: it keeps what is typed, and needs neither an account nor a script."""

import pytest
from playwright.sync_api import expect

from tests.browser.doing import press, said
from tests.browser.speaking import ABSTRACT, fill_in, propose, stands
from tests.builders import make_call, make_event, make_series

pytestmark = pytest.mark.browser

ADA = "ada@example.org"
FORM = "/series/minsk/talks/new/"


@pytest.fixture(autouse=True)
def call(transactional_db):
    series = make_series("minsk", name="Minsk Python")
    make_event(series, title="What a query costs")
    return make_call(series, title="Talks wanted")


def is_filled_in(page):
    expect(page.get_by_label("Your name")).to_have_value("Ada Lovelace")
    expect(page.get_by_label("Your e-mail address")).to_have_value(ADA)
    expect(page.get_by_label("What is your talk called?")).to_have_value("Indexes")
    expect(page.get_by_label("What is it about?")).to_have_value(ABSTRACT)
    expect(page.get_by_label("It would be my first talk")).to_be_checked()


def type_it(page):
    page.goto(FORM)
    fill_in(page, "Ada Lovelace", ADA, "Indexes")
    page.get_by_label("It would be my first talk").check()


def test_what_is_typed_is_saved_by_itself(guest, people, call):
    type_it(guest)
    expect(guest.locator(".saved")).to_contain_text("Saved")
    assert "/talks/drafts/" in guest.url
    is_filled_in(people.open(guest.url))
    guest.reload()
    is_filled_in(guest)
    assert call.proposals.count() == 1


def test_a_page_left_in_the_middle_is_taken_up_again(guest):
    type_it(guest)
    press(guest, "Save for later")
    said(guest, "Saved. Nobody sees it before you send it in.")
    is_filled_in(guest)


def test_it_works_without_a_script_from_the_form_to_the_receipt(people, call):
    plain = people.open(java_script_enabled=False)
    type_it(plain)
    press(plain, "Save for later")
    said(plain, "Saved.")
    is_filled_in(plain)
    propose(plain, "Ada Lovelace", ADA, "Indexes")
    stands(plain, "We are reading your proposal")
    assert call.proposals.sent_in().get().parts.get().contact.email == ADA


def test_what_is_missing_is_said_and_what_was_typed_stays(guest, call):
    guest.goto(FORM)
    fill_in(guest, "Ada Lovelace", "ada at example", "Indexes")
    press(guest, "Send it in")
    expect(guest.get_by_label("What is it about?")).to_have_value(ABSTRACT)
    expect(guest.get_by_label("Your e-mail address")).to_have_attribute("aria-invalid", "true")
    assert guest.title().startswith("Error:")
    assert not call.proposals.sent_in().exists()
