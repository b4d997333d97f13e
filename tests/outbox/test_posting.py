"""A message is owed by a row in the caller's transaction, under the key of the business fact."""

import time
from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from outbox.drafts import Draft
from outbox.models import Batch, Delivery
from people.models import Contact
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db


def make_draft(key: str, **fields) -> Draft:
    whom = {"contact": None, "address": "a@example.org", "message_class": "service"}
    return Draft(key=key, template="plain", context={}, **whom | fields)


def test_the_same_fact_posted_twice_writes_one_message():
    for words in ("first", "second"):
        Delivery.objects.post(
            None, "plain", {"text": words}, key="reg:1:going:0",
            message_class="transactional", address="a@example.org",
        )  # fmt: skip

    assert [d.context for d in Delivery.objects.all()] == [{"text": "first"}]


def test_a_message_of_a_transaction_that_fails_was_never_owed():
    with transaction.atomic():
        make_delivery()
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()


def test_the_row_knows_its_message_id_and_person_from_the_start(settings):
    settings.PUBLIC_URL = "https://meetups.example.org"
    person = Contact.objects.create(email="ada@example.org", name="Ada", language="ru")

    delivery = make_delivery(contact=person, address="")

    assert delivery.message_id == f"<{delivery.id}@meetups.example.org>"
    assert (delivery.address, delivery.language) == ("ada@example.org", "ru")
    assert delivery.state == "queued"


def test_thousands_are_planned_at_once_and_only_new_keys_count():
    assert Delivery.objects.post_many(make_draft(f"digest:{n}") for n in range(2500)) == 2500
    assert Delivery.objects.post_many(make_draft(f"digest:{n}") for n in range(2400, 2600)) == 100
    assert Delivery.objects.count() == 2600


def test_what_postgres_cannot_store_in_words_does_not_break_the_callers_request():
    facts = {"subject": "a\x00b", "text": "half \ud800 \\u0000", "n": ["\x00"]}
    delivery = make_delivery(context=facts)

    assert delivery.context == {"subject": "ab", "text": "half ? \\u0000", "n": [""]}


def test_urgent_messages_leave_before_a_wave(start_sink):
    sink = start_sink()
    wave = make_delivery(message_class="promotional")
    seat = make_delivery(message_class="transactional")

    send()

    assert sink.accepted() == [seat.message_id, wave.message_id]


def test_withdrawing_takes_back_what_has_not_left():
    stays = make_delivery(about="event:2:0")
    goes = [make_delivery(about="event:1:0") for _ in range(2)]
    Delivery.objects.filter(pk=goes[1].pk).hold()

    assert Delivery.objects.about("event:1:0").withdraw() == 2

    assert [state_of(d) for d in (stays, *goes)] == ["queued", "cancelled", "cancelled"]
    assert Delivery.objects.about("event:1:0").withdraw() == 0


def test_nothing_leaves_before_its_time_or_after_it(start_sink):
    sink = start_sink()
    now = timezone.now()
    early = make_delivery(not_before=now + timedelta(minutes=1))
    late = make_delivery(not_after=now - timedelta(seconds=1))

    send()

    assert [state_of(early), state_of(late)] == ["queued", "expired"]
    assert sink.accepted() == []


def test_held_messages_wait_until_they_are_released(start_sink):
    sink = start_sink()
    delivery = make_delivery()
    Delivery.objects.hold()

    send()
    assert (state_of(delivery), sink.accepted()) == ("held", [])

    Delivery.objects.release()
    send()
    assert (state_of(delivery), sink.accepted()) == ("sent", [delivery.message_id])


def test_the_age_of_the_queue_is_that_of_its_oldest_due_message():
    assert Delivery.objects.oldest_due_age() is None
    now = timezone.now()
    make_delivery(not_before=now - timedelta(minutes=10))
    make_delivery(not_before=now + timedelta(minutes=10))

    age = Delivery.objects.oldest_due_age()

    assert timedelta(minutes=10) <= age < timedelta(minutes=10, seconds=5)


def test_the_facts_of_a_batch_lie_under_those_of_each_message():
    batch = Batch.objects.create(key="wave:1", context={"subject": "For all", "text": "Come."})
    delivery = make_delivery(batch=batch, context={"subject": "For you"})

    letter = delivery.render()

    assert (letter.subject, letter.text) == ("For you", "Come.\n")
    assert batch.tally() == {"queued": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["redis://127.0.0.1:1/0", "redis://10.255.255.1:6379/0"])
def test_without_redis_the_request_is_as_quick_and_the_message_is_kept(broker):
    """Once refused at once, once swallowed by the network."""
    used = current_app.conf.broker_url
    current_app.conf.broker_url = broker
    try:
        began = time.monotonic()
        with transaction.atomic():
            make_delivery()
        assert time.monotonic() - began < 0.5
        assert Delivery.objects.due().count() == 1
    finally:
        current_app.conf.broker_url = used


def test_the_ledger_shows_what_the_contract_names():
    delivery = make_delivery(key="eve:1:0:7", not_after=timezone.now() + timedelta(hours=1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mail_ledger")
        names = [column.name for column in cursor.description]
        rows = cursor.fetchall()

    assert names == [
        "key", "class", "state", "email", "message_id", "not_before", "not_after", "sent_at",
    ]  # fmt: skip
    assert rows == [
        (
            "eve:1:0:7",
            "transactional",
            "queued",
            delivery.address,
            delivery.message_id,
            delivery.not_before,
            delivery.not_after,
            None,
        )
    ]
