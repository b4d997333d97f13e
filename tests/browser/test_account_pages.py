"""The pages of those who sign in: none of them may be worse than a guest's."""

import pytest

from tests.browser.doing import press
from tests.browser.looking import faults
from tests.browser.signing_in import add_app, add_passkey, open_again, sign_in
from tests.builders import make_organizer, make_series

pytestmark = pytest.mark.browser

BEFORE = [
    "login/", "login/code/", "signup/", "inactive/", "password/reset/",
    "password/reset/done/", "password/reset/key/done/", "password/reset/key/1-no-such-key/",
]  # fmt: skip
SIGNED_IN = [
    "email/", "password/change/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/",
    "2fa/webauthn/add/", "sessions/", "logout/", 
]  # fmt: skip


def look(page, paths):
    found = []
    for path in paths:
        open_again(page, f"/accounts/{path}")
        assert page.url.endswith(path), page.url
        found += [f"{path}: {fault}" for fault in faults(page)]
    return found


@pytest.fixture
def owner(transactional_db):
    return make_organizer(make_series(), email="owner@example.org")


@pytest.fixture
def page(people, owner):
    """The window of an organizer who has just signed in."""
    page = people.open("/accounts/login/")
    sign_in(page, owner.email)
    return page


def test_pages_before_signing_in_are_well(guest):
    assert look(guest, BEFORE) == []


def test_a_refused_password_is_well(guest):
    sign_in(guest, "nobody@example.org")
    assert guest.get_by_text("not correct").is_visible()
    assert faults(guest) == []


def test_the_question_for_a_code_is_well(guest, owner):
    guest.goto("/accounts/login/code/")
    guest.get_by_label("Email").fill(owner.email)
    press(guest, "Request Code")
    found = faults(guest)
    guest.get_by_label("Code").fill("WRONG1")
    press(guest, "Confirm")
    assert found + faults(guest) == []


def test_pages_of_ones_account_are_well(page):
    page.goto("/accounts/2fa/totp/activate/")
    assert "/reauthenticate/" in page.url
    assert faults(page) + look(page, SIGNED_IN) == []


def test_pages_of_second_factors_are_well(page):
    add_app(page)
    found = faults(page)
    add_passkey(page)
    page.goto("/accounts/2fa/webauthn/")
    link = page.get_by_role("link", name="Edit").get_attribute("href")
    key = link.removeprefix("/accounts/").removesuffix("edit/")
    pages = ["2fa/", "2fa/recovery-codes/generate/", "2fa/totp/deactivate/", "2fa/webauthn/"]
    assert found + look(page, [*pages, f"{key}edit/", f"{key}remove/"]) == []


def test_the_question_for_the_second_factor_is_well(page, people, owner):
    add_app(page)
    other = people.open()
    sign_in(other, owner.email)
    assert other.url.endswith("/2fa/authenticate/")
    assert faults(other) == []
