"""Ways in: by password, by code, by passkey, and with a second factor where one is asked for."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.browser.doing import press
from tests.browser.signing_in import add_app, add_passkey, app_code, code_for, sign_in
from tests.builders import make_organizer, make_series, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def owner(transactional_db):
    return make_organizer(make_series(), email="owner@example.org")


def is_at_her_desk(page):
    return page.url.endswith("/admin/") and page.title().startswith("Desk")


def test_the_desk_asks_who_is_there_and_opens_by_password(guest, owner):
    guest.goto("/admin/")
    sign_in(guest, owner.email)
    assert is_at_her_desk(guest)


def test_a_code_from_the_mail_opens_the_desk(guest, owner):
    guest.goto("/admin/")
    guest.get_by_role("link", name="With a code by mail").click()
    guest.get_by_label("Email").fill(owner.email)
    press(guest, "Request Code")
    guest.get_by_label("Code").fill(code_for(owner.email))
    press(guest, "Confirm")
    assert is_at_her_desk(guest)


def test_a_passkey_is_made_and_opens_the_desk(guest, owner):
    sign_in(guest, owner.email)
    add_passkey(guest)
    guest.goto("/accounts/logout/")
    press(guest, "Sign Out")
    guest.goto("/admin/")
    press(guest, "With a passkey")
    assert is_at_her_desk(guest)


def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(guest, owner, people):
    sign_in(guest, owner.email)
    secret = add_app(guest)
    other = people.open("/admin/")
    sign_in(other, owner.email)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):  # a code opens once
        other.get_by_label("Code").fill(app_code(secret))
        press(other, "Sign In")
    assert is_at_her_desk(other)


def test_where_a_second_factor_is_required_one_is_set_up_first(guest, owner, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    guest.goto("/admin/")
    sign_in(guest, owner.email)
    assert guest.url.endswith("/accounts/2fa/")
    assert guest.get_by_text("Organizers need a second key").is_visible()
    assert guest.get_by_role("link", name="Activate").get_attribute("href").endswith("/activate/")
    add_passkey(guest)
    guest.goto("/admin/")
    assert is_at_her_desk(guest)


def test_somebody_without_a_role_is_told_so(guest):
    guest.goto("/admin/")
    sign_in(guest, make_user().email)
    assert guest.request.get("/admin/").status == 403
    assert guest.get_by_role("heading", level=1).is_visible()
