"""Pages that say no: they are as careful with people as the others."""

from pathlib import Path

import pytest

from registrations import limits
from tests.browser.looking import faults
from tests.browser.people import session_of
from tests.builders import make_event, make_user

pytestmark = pytest.mark.browser
SORRY = Path(__file__).parents[2] / "templates" / "500.html"


def test_a_page_that_is_not_there(guest):
    assert guest.goto("/events/nowhere/").status == 404
    assert faults(guest) == []


def test_a_form_that_was_open_too_long(guest):
    guest.goto(f"{make_event().get_absolute_url()}register/")
    guest.context.clear_cookies()
    with guest.expect_navigation() as told:
        guest.get_by_role("button", name="Keep me a seat").click()
    assert told.value.status == 403
    assert faults(guest) == []


def test_a_desk_that_is_not_hers(people, transactional_db):
    stranger = people.open(session=session_of(make_user()))
    assert stranger.goto("/admin/").status == 403
    assert faults(stranger) == []


def test_one_question_too_many(guest, monkeypatch):
    monkeypatch.setattr(limits, "PER_CLIENT", (0, 600))
    guest.goto(f"{make_event().get_absolute_url()}register/")
    guest.get_by_label("Your name").fill("Anna")
    guest.get_by_label("Your e-mail address").fill("anna@example.org")
    with guest.expect_navigation() as told:
        guest.get_by_role("button", name="Keep me a seat").click()
    assert told.value.status == 429
    assert faults(guest) == []


def test_a_database_that_is_busy(guest):
    event = make_event()
    guest.goto(f"{event.get_absolute_url()}register/")
    guest.get_by_label("Your name").fill("Anna")
    guest.get_by_label("Your e-mail address").fill("anna@example.org")
    with event.locked(), guest.expect_navigation() as told:  # longer than a request may wait
        guest.get_by_role("button", name="Keep me a seat").click()
    assert told.value.status == 503
    assert faults(guest) == []


def test_a_fault_of_ours(guest):
    guest.goto("/")
    guest.set_content(SORRY.read_text())
    guest.wait_for_load_state("networkidle")
    assert faults(guest) == []
