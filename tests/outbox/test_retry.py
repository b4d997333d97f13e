"""Waits between tries: growing, scattered, never past the last moment."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from outbox.models import Delivery
from outbox.retry import wait_before
from outbox.transport import NoLine, Refused, TryLater, Unclear
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db

LINE = TryLater("mail", "not now", 451, line=True)
PUT_OFF = TryLater("rcpt", "greylisted", 450)


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [(LINE, [10, 30, 60, 300, 900, 900]), (PUT_OFF, [60, 300, 600, 1200, 1800, 1800])],
    ids=["line", "put off"],
)
def test_the_waits_are_those_of_the_table_within_a_fifth(failure, seconds):
    delivery = Delivery(created_at=timezone.now())

    for tried, expected in enumerate(seconds):
        waits = {wait_before(delivery, failure, tried).total_seconds() for _ in range(200)}
        assert 0.8 * expected <= min(waits) < max(waits) <= 1.2 * expected
        assert len(waits) > 100
    assert wait_before(delivery, failure, len(seconds)) is None


@pytest.mark.parametrize("failure", [Refused("rcpt", "no", 550), Unclear("dot", "silence")])
def test_there_is_no_next_try_after_a_refusal_or_a_doubt(failure):
    assert wait_before(Delivery(), failure, 0) is None


def test_an_unreachable_server_is_no_reason_to_give_up_within_a_day():
    now = timezone.now()
    nobody = NoLine("connect", "refused")

    assert wait_before(Delivery(created_at=now), nobody, 40) >= timedelta(seconds=720)
    assert wait_before(Delivery(created_at=now - timedelta(days=1)), nobody, 40) is None


def test_a_next_try_past_the_last_moment_is_none(start_sink):
    sink = start_sink("rcpt_450,ok")
    delivery = make_delivery(not_after=timezone.now() + timedelta(seconds=30))

    send()

    assert state_of(delivery) == "failed"
    assert delivery.settled_at is not None
    assert sink.accepted() == []


def test_a_message_is_given_up_after_its_seventh_try_and_says_why(start_sink):
    sink = start_sink(",".join(["rcpt_450"] * 9))
    delivery = make_delivery()
    now = timezone.now()

    for hour in range(8):
        with time_machine.travel(now + timedelta(hours=hour)):
            send()

    assert state_of(delivery) == "failed"
    assert [attempt.n for attempt in delivery.tries.all()] == [1, 2, 3, 4, 5, 6, 7]
    assert "450 mailbox busy" in delivery.error
    assert sink.accepted() == []


def test_a_moved_clock_moves_the_queue(start_sink):
    sink = start_sink()
    tomorrow = timezone.now() + timedelta(days=1)
    delivery = make_delivery(not_before=tomorrow, not_after=tomorrow + timedelta(hours=1))

    with time_machine.travel(tomorrow + timedelta(minutes=1)):
        send()

    assert sink.accepted() == [delivery.message_id]
    assert abs(Delivery.objects.get().sent_at - tomorrow) < timedelta(minutes=2)
