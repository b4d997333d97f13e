"""What somebody does who signs in: by typing, with the eyes on the mail."""

import re

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)

from outbox.models import Delivery
from tests.browser.doing import press
from tests.builders import PASSWORD

KEYS = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def sign_in(page, email, password=PASSWORD):
    """By password, from the login page that is open or is opened."""
    if "/accounts/login/" not in page.url:
        page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def open_again(page, path):
    """A page that asks for the password once more before it shows what it guards."""
    page.goto(path)
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Confirm")


def code_for(email):
    """The code out of the mail that was written last."""
    mail = Delivery.objects.filter(address=email, state="queued").latest("created_at")
    return re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", mail.render().text, re.M).group(1)


def with_keys(page):
    """The machine of this page gets a place for passkeys."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": KEYS})


def app_code(secret):
    """What an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def add_app(page):
    """Sets up an authenticator app; returns its secret."""
    open_again(page, "/accounts/2fa/totp/activate/")
    secret = page.get_by_label("secret").input_value()
    page.get_by_label("Authenticator code").fill(app_code(secret))
    press(page, "Activate")
    return secret


def add_passkey(page, name="My laptop"):
    with_keys(page)
    open_again(page, "/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Passwordless").check()
    press(page, "Add")
