"""Login codes and other mails of Django itself: first, short-lived, forgotten, never doubled."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.utils import timezone

from outbox import sweeping
from outbox.models import Delivery
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def through_the_outbox(settings):
    settings.EMAIL_BACKEND = "outbox.backend.OutboxBackend"  # pytest-django keeps mails in memory


def make_code(code: str = "123456") -> Delivery:
    send_mail("Your code", f"Your code is {code}.", None, ["ada@example.org"])
    return Delivery.objects.get(key__startswith="house:")


def test_a_mail_of_django_becomes_a_message_for_a_quarter_of_an_hour():
    delivery = make_code()

    assert delivery.key.startswith("house:")
    assert delivery.address == "ada@example.org"
    assert (delivery.realm, delivery.message_class) == ("", "transactional")
    assert delivery.render().subject == "Your code"
    assert delivery.render().text == "Your code is 123456.\n"
    life = delivery.not_after - timezone.now()
    assert timedelta(minutes=14) < life <= timedelta(minutes=15)


def test_each_recipient_has_a_message_of_her_own():
    EmailMultiAlternatives("x", "y", None, ["a@example.org"], bcc=["b@example.org"]).send()

    addresses = Delivery.objects.values_list("address", flat=True)
    assert sorted(addresses) == ["a@example.org", "b@example.org"]


def test_a_code_leaves_before_everything_else_and_is_forgotten(start_sink):
    sink = start_sink()
    seat = make_delivery()
    code = make_code()

    send()

    assert sink.accepted() == [code.message_id, seat.message_id]
    code.refresh_from_db()
    seat.refresh_from_db()
    assert (code.context, bool(seat.context)) == ({}, True)


@pytest.mark.parametrize("mode", ["accept_drop", "rcpt_550"])
def test_a_code_whose_try_failed_is_forgotten_too_and_not_sent_again(start_sink, settings, mode):
    settings.SETTLE_SECONDS = 0
    start_sink(mode)
    code = make_code()

    send()
    sweeping.send_again_without_evidence()
    sweeping.send_again_before(timezone.now() + timedelta(days=1))

    assert state_of(code) in {"unknown", "failed"}
    assert code.context == {}


def test_a_withdrawn_or_late_code_is_forgotten_by_the_sweep(start_sink):
    start_sink()
    code = make_code()
    Delivery.objects.update(not_after=timezone.now())

    Delivery.objects.expire()
    Delivery.objects.blank_house()

    assert (state_of(code), code.context) == ("expired", {})


def test_a_trial_goes_on_showing_the_code():
    code = make_code()

    send()

    assert state_of(code) == "sent"
    assert "123456" in code.render().text
