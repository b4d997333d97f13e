"""Delivery events: signed or refused, each counted once, the final state right in any order."""

import hashlib
import hmac
import itertools
import json

import pytest

from outbox.models import Delivery, MailEvent, Suppression
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db

SECRET = "hook"
AT = "2026-11-20T18:00:00Z"


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def tell(client, event: str, message_id: str, number: str = "1", at: object = AT):
    said = {"id": number, "event": event, "message_id": message_id, "at": at}
    return post(client, json.dumps(said).encode())


def post(client, body: bytes, signed: str | None = None):
    headers = {"X-Signature": signature(body) if signed is None else signed}
    return client.post(
        "/hooks/mail/plain/", data=body, content_type="application/json", headers=headers
    )


def make_sent(**fields) -> Delivery:
    delivery = make_delivery(**fields)
    send()
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    return delivery


@pytest.mark.parametrize(
    ("event", "state"),
    [
        ("delivered", "delivered"),
        ("deferred", "sent"),
        ("bounced", "bounced"),
        ("complained", "complained"),
    ],
)
def test_an_event_moves_its_message(client, event, state):
    delivery = make_sent()

    assert tell(client, event, delivery.message_id).status_code == 200

    assert state_of(delivery) == state
    assert [e.type for e in delivery.events.all()] == [event]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["delivered", "bounced", "complained"]))
)
def test_the_final_state_is_right_in_any_order(client, order):
    delivery = make_sent()

    for number, event in enumerate(order):
        tell(client, event, delivery.message_id, str(number))

    assert state_of(delivery) == "complained"


def test_a_late_delivered_does_not_undo_a_bounce(client):
    delivery = make_sent()

    tell(client, "bounced", delivery.message_id, "1", "2026-11-20T18:00:05Z")
    tell(client, "delivered", delivery.message_id, "2", "2026-11-20T18:00:01Z")

    assert state_of(delivery) == "bounced"


def test_a_repeated_event_is_counted_once(client):
    delivery = make_sent()
    tell(client, "delivered", delivery.message_id, "7")

    answer = tell(client, "complained", delivery.message_id, "7")

    assert answer.status_code == 200
    assert state_of(delivery) == "delivered"
    assert MailEvent.objects.count() == 1
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("event", ["bounced", "complained"])
def test_a_bounce_or_complaint_blocks_the_address_at_once_in_any_spelling(client, event):
    delivery = make_sent(address="ada@example.org")

    tell(client, event, delivery.message_id)
    next_one = make_delivery(address="Ada@Example.org")
    send()

    assert state_of(next_one) == "suppressed"


@pytest.mark.parametrize("event", ["delivered", "deferred"])
def test_other_events_block_nobody(client, event):
    tell(client, event, make_sent().message_id)

    assert not Suppression.objects.exists()


def test_an_event_about_an_unknown_message_is_kept(client):
    assert tell(client, "bounced", "<nobody@example.org>").status_code == 200

    kept = MailEvent.objects.get()
    assert (kept.message_id, kept.delivery) == ("<nobody@example.org>", None)


def test_a_message_id_is_known_with_and_without_its_brackets(client):
    delivery = make_sent()

    tell(client, "delivered", delivery.message_id.strip("<>"))

    assert state_of(delivery) == "delivered"


def test_evidence_finds_a_message_whose_sender_died(client):
    delivery = make_sent()
    Delivery.objects.filter(pk=delivery.pk).delete()
    delivery.state, delivery.sent_at, delivery.settled_at = "unknown", None, None
    delivery.save(force_insert=True)

    tell(client, "delivered", delivery.message_id)

    assert state_of(delivery) == "delivered"
    assert delivery.sent_at == delivery.handed_over_at


@pytest.mark.parametrize(
    "signed",
    ["", "0" * 64, signature(b"another body"), signature(b"{}", "wrong"), "Ω" * 64, "not hex"],
)
def test_a_forged_event_is_refused_and_leaves_no_trace(client, signed):
    body = json.dumps(
        {"id": "1", "event": "bounced", "message_id": make_sent().message_id, "at": AT}
    )

    assert post(client, body.encode(), signed.encode("utf-8").decode("latin-1")).status_code == 403

    assert not MailEvent.objects.exists()


def test_without_a_secret_nothing_is_signed(client, settings):
    settings.MAIL_HOOK_SECRET = ""
    body = b"{}"

    assert post(client, body, signature(body, "")).status_code == 403


GOOD = {"id": "1", "event": "delivered", "message_id": "<a@b>", "at": AT}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 30_000,
        *[
            json.dumps(GOOD | wrong).encode()
            for wrong in (
                {"event": "opened"},
                {"event": ["delivered"]},
                {"event": None},
                {"id": ""},
                {"id": None},
                {"id": "x" * 201},
                {"id": "a\x00b"},
                {"id": {"a": 1}},
                {"message_id": ""},
                {"message_id": "<a\nb@c>"},
                {"message_id": "\ud800"},
                {"message_id": "x" * 400},
                {"at": "yesterday"},
                {"at": ""},
                {"at": 5},
                {"at": "2026-13-40T00:00:00Z"},
                {"at": "0001-01-01T00:00:00+14:00"},
                {"at": "9999-12-31T23:59:59-14:00"},
            )
        ],
    ],
)
def test_what_cannot_be_read_is_answered_with_a_sentence(client, body):
    answer = post(client, body)

    assert answer.status_code == 400
    assert answer.content
    assert not MailEvent.objects.exists()


def test_an_oversized_body_is_refused(client):
    assert post(client, b"x" * 70_000).status_code == 413


def test_events_come_by_post_only(client):
    assert client.get("/hooks/mail/plain/").status_code == 405


def test_a_provider_we_do_not_send_through_has_no_door(client):
    assert client.post("/hooks/mail/postmark/").status_code == 404
    assert client.post("/hooks/mail/nobody/").status_code == 404


@pytest.fixture
def postmark(settings):
    settings.OUTBOX_ANYMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x", "WEBHOOK_SECRET": "user:word"}


def tell_as_postmark(client, said: dict, word: str = "dXNlcjp3b3Jk"):
    return client.post(
        "/hooks/mail/postmark/",
        data=json.dumps(said),
        content_type="application/json",
        headers={"Authorization": f"Basic {word}"},
    )


def test_a_providers_bounce_reaches_the_message_and_blocks_the_address(client, postmark):
    delivery = make_sent(address="ada@example.org")
    said = {
        "RecordType": "Bounce",
        "ID": 4242,
        "Type": "HardBounce",
        "TypeCode": 1,
        "MessageID": "their-own-id",
        "Metadata": {"outbox_id": str(delivery.pk)},
        "Email": "ada@example.org",
        "BouncedAt": AT,
        "Details": "no such user",
    }

    assert tell_as_postmark(client, said).status_code == 200
    assert tell_as_postmark(client, said).status_code == 200

    assert state_of(delivery) == "bounced"
    assert MailEvent.objects.count() == 1
    assert Suppression.objects.covering("ada@example.org").exists()


def test_a_providers_event_finds_the_message_by_the_providers_own_id(client, postmark):
    delivery = make_sent()
    Delivery.objects.update(provider_id="their-own-id")
    said = {
        "RecordType": "Delivery",
        "MessageID": "their-own-id",
        "Recipient": "a@b.org",
        "DeliveredAt": AT,
    }

    assert tell_as_postmark(client, said).status_code == 200

    assert state_of(delivery) == "delivered"


def test_a_provider_without_the_password_is_refused(client, postmark):
    assert tell_as_postmark(client, {}, "bm90OnJpZ2h0").status_code == 403


def test_a_provider_whose_events_are_not_secured_has_no_door(client, postmark, settings):
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "x"}

    assert tell_as_postmark(client, {}).status_code == 404
