"""Text messages by Twilio's interface, against a server that speaks it on a real socket."""

from base64 import b64decode, b64encode
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from outbox.models import Delivery, MailEvent, Suppression
from outbox.sms import signature
from outbox.tasks import send_messages
from people.models import Contact
from tests.builders import make_contact
from tests.gateways import TwilioApi, running
from tests.outbox.conftest import make_delivery, state_of

pytestmark = pytest.mark.django_db

PHONE = "+375291234567"


@pytest.fixture
def twilio(settings):
    settings.SMS_PROVIDER, settings.SMS_ACCOUNT, settings.SMS_TOKEN = "twilio", "AC1", "12345"
    settings.SMS_FROM = "+375170000000"
    settings.OUTBOX_GATEWAY_TIMEOUT = 1
    with running(TwilioApi()) as server:
        settings.SMS_API_URL = server.url
        yield server


def make_sms(phone: str = PHONE, **fields) -> Delivery:
    contact = make_contact(phone=phone, channel="sms")
    return make_delivery(channel="sms", address=phone, contact=contact, **fields)


def test_a_text_message_leaves_once_with_our_key_and_where_to_tell_of_it(twilio):
    delivery = make_sms("+375 (29) 123-45-67")

    send_messages()
    send_messages()

    assert state_of(delivery) == "sent"
    assert delivery.provider_id == "SM00000000000000000000000000000001"
    [(path, headers, content)] = twilio.asked
    assert path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert b64decode(headers["Authorization"].removeprefix("Basic ")) == b"AC1:12345"
    assert content == {
        "To": PHONE,
        "From": "+375170000000",
        "Body": "Hello,\nsee you on Thursday.",
        "StatusCallback": f"http://testserver/hooks/sms/twilio/?id={delivery.pk}",
    }


def test_a_messaging_service_may_be_the_sender(twilio, settings):
    settings.SMS_FROM = "MG123"
    make_sms()

    send_messages()

    assert twilio.contents[0]["MessagingServiceSid"] == "MG123"
    assert "From" not in twilio.contents[0]


@pytest.mark.parametrize(
    ("status", "code", "state", "blocked_because"),
    [
        (400, 21211, "failed", "bounce"),
        (400, 21614, "failed", "bounce"),
        (400, 21610, "failed", "blocked"),
        (400, 21617, "failed", ""),
        (400, 21408, "queued", ""),
        (401, 20003, "queued", ""),
        (403, 20005, "queued", ""),
        (500, 20500, "unknown", ""),
        (503, 20503, "unknown", ""),
    ],
)
def test_what_each_refusal_means(twilio, status, code, state, blocked_because):
    twilio.refuse(status, code, "No.")
    delivery = make_sms()

    send_messages()

    assert (state_of(delivery), len(twilio.asked)) == (state, 1)
    assert (delivery.tries.get().code, delivery.tries.get().text) == (status, "No.")
    reasons = list(Suppression.objects.covering(PHONE).values_list("reason", flat=True))
    assert reasons == ([blocked_because] if blocked_because else [])
    assert Contact.objects.get().channel == ("email" if blocked_because else "sms")


def test_too_many_requests_wait_as_long_as_the_gateway_asks(twilio):
    twilio.refuse(429, 20429, "Too many requests")
    twilio.headers["Retry-After"] = "500"
    delivery = make_sms()

    with time_machine.travel(timezone.now(), tick=False):
        send_messages()
        waits = state_of(delivery), delivery.not_before - timezone.now()

    assert waits == ("queued", timedelta(seconds=500))


@pytest.mark.parametrize("answer", ["drop", "silence"])
def test_what_is_not_answered_stays_unclear_until_the_gateway_tells(client, twilio, answer):
    twilio.answer = answer
    delivery = make_sms(message_class="service")

    send_messages()
    send_messages()
    assert (state_of(delivery), len(twilio.asked)) == ("unknown", 1)

    assert tell(client, delivery, "delivered").status_code == 200
    assert state_of(delivery) == "delivered"


def test_a_gateway_that_cannot_be_reached_took_nothing(twilio, settings):
    settings.SMS_API_URL = "http://127.0.0.1:1"
    delivery = make_sms()

    send_messages()

    assert (state_of(delivery), Delivery.objects.due().count()) == ("queued", 0)


def test_what_is_no_number_fails_alone(twilio):
    wrong, right = make_sms("soon"), make_sms()

    send_messages()

    assert (state_of(wrong), state_of(right)) == ("failed", "sent")


def tell(client, delivery, status: str, signed: str = "", **form):
    path = f"/hooks/sms/twilio/?id={delivery.pk}"
    form = {"MessageSid": "SM1", "MessageStatus": status, "To": PHONE} | form
    signed = signed or signature(f"http://testserver{path}", form)
    return client.post(path, form, headers={"X-Twilio-Signature": signed})


def test_the_signature_is_the_one_of_twilios_own_example(settings):
    # twilio.com/docs/usage/security, "Validating requests": the example with its result.
    settings.SMS_TOKEN = "12345"
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature(url, form) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("status", "error", "state", "is_blocked"),
    [
        ("sent", "", "sent", False),
        ("delivered", "", "delivered", False),
        ("undelivered", "30003", "bounced", False),
        ("undelivered", "30005", "bounced", True),
        ("failed", "21610", "bounced", True),
        ("queued", "", "sent", False),
    ],
)
def test_what_the_gateway_tells_reaches_the_message(
    client, twilio, status, error, state, is_blocked
):
    delivery = make_sms()
    send_messages()

    for _again in range(2):
        assert tell(client, delivery, status, ErrorCode=error).status_code == 200

    assert state_of(delivery) == state
    assert Suppression.objects.covering(PHONE).exists() is is_blocked
    assert MailEvent.objects.count() == (status != "queued")


@pytest.mark.parametrize("signed", ["forged", "Ω", b64encode(b"0" * 20).decode()])
def test_a_forged_event_leaves_no_trace(client, twilio, signed):
    delivery = make_sms()
    signed = signed.encode().decode("latin-1")

    assert tell(client, delivery, "delivered", signed).status_code == 403

    assert not MailEvent.objects.exists()


def test_an_event_about_nothing_of_ours_is_kept(client, twilio):
    assert tell(client, Delivery(), "delivered").status_code == 200
    assert MailEvent.objects.get().delivery is None


def test_the_door_is_closed_where_there_is_no_gateway(client, twilio, settings):
    settings.SMS_PROVIDER = ""
    assert tell(client, Delivery(), "delivered").status_code == 404
    assert client.get("/hooks/sms/twilio/").status_code == 405
