"""What must not stand in a log: whoever reads it could give somebody's seat back."""

import logging

from config.logs import ScrubTokens

TOKEN = "aB3-_xY9" * 3


def test_the_token_of_a_secret_link_is_left_out_and_the_rest_stays():
    line = logging.LogRecord(
        "django.request", logging.WARNING, __file__, 1, "%s: %s",
        ("Not Found", f"/registrations/{TOKEN}/cancel/"), None,
    )  # fmt: skip

    assert ScrubTokens().filter(line)

    assert line.getMessage() == "Not Found: /registrations/…/cancel/"


def test_an_address_in_a_path_that_leads_nowhere_is_left_out():
    line = logging.LogRecord(
        "django.request", logging.WARNING, __file__, 1, "%s: %s",
        ("Not Found", "/nothing/Wil.Canary@ex.org?to=a%40ex.org"), None,
    )  # fmt: skip

    assert ScrubTokens().filter(line)

    assert line.getMessage() == "Not Found: /nothing/…@…?to=…@…"
