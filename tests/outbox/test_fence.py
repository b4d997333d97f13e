"""A sender that lost its claim while it slept, was slow, or lost the database."""

import signal
import time
from collections.abc import Iterator

import pytest
from django.db import connection

from outbox import sweeping
from outbox.engine import Sender
from outbox.fence import Fence
from outbox.models import Claimant, Delivery, Suppression
from tests.outbox.conftest import make_delivery, send, state_of
from tests.outbox.processes import Worker, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Whatever is put in here is killed at the end, frozen or not."""
    running: list[Worker] = []
    yield running
    for worker in running:
        worker.kill()


def freeze_at_the_door(sink, workers, **environment) -> Delivery:
    """A worker that has claimed a message and asked for the recipient, then stands still."""
    delivery = make_delivery()
    workers.append(Worker(sink, LEASE_SECONDS="1", **environment))
    until(lambda: state_of(delivery) == "claimed")
    time.sleep(0.3)
    workers[0].tell(signal.SIGSTOP)
    return delivery


@pytest.mark.parametrize(("guard", "times"), [("on", 1), ("no-fence", 2)])
def test_a_sender_that_slept_past_its_lease_does_not_send_what_another_has_sent(
    start_sink, workers, guard, times
):
    """Control: without the fence the same nap sends the message twice (M13)."""
    sink = start_sink("rcpt_slow", "--slow", "1.5")
    delivery = freeze_at_the_door(sink, workers, GUARD=guard)

    until(lambda: sweeping.free_abandoned()[0] == 1)
    send()
    assert state_of(delivery) == "sent"
    workers[0].tell(signal.SIGCONT)
    until(lambda: not Claimant.objects.exists() or len(sink.accepted()) > 1)
    time.sleep(0.5)

    assert sink.accepted() == [delivery.message_id] * times


def test_a_frozen_hand_over_is_nobodys_to_repeat_and_its_answer_counts(start_sink, workers):
    sink = start_sink("accept_slow", "--slow", "1")
    delivery = make_delivery()
    workers.append(Worker(sink, LEASE_SECONDS="0.5"))
    until(sink.accepted)
    workers[0].tell(signal.SIGSTOP)
    time.sleep(1)

    assert sweeping.free_abandoned() == (0, 0)
    assert state_of(delivery) == "handover"
    send()
    workers[0].tell(signal.SIGCONT)
    until(lambda: state_of(delivery) == "sent")

    assert sink.accepted() == [delivery.message_id]


def test_a_killed_senders_claims_return_and_its_hand_over_becomes_unknown(start_sink, workers):
    sink = start_sink("accept_slow", "--slow", "5")
    deliveries = [make_delivery() for _ in range(3)]
    workers.append(Worker(sink))
    until(sink.accepted)

    workers[0].kill()
    freed = until(lambda: any(found := sweeping.free_abandoned()) and found)

    assert freed == (2, 1)
    assert [state_of(d) for d in deliveries] == ["unknown", "queued", "queued"]
    assert not Claimant.objects.exists()


def test_a_sender_that_lost_the_database_still_writes_down_what_was_taken(start_sink, workers):
    sink = start_sink("accept_slow", "--slow", "2")
    taken, waiting = make_delivery(), make_delivery()
    workers.append(Worker(sink))
    until(sink.accepted)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    # Its sign of life goes with its connection.
    assert until(lambda: sweeping.free_abandoned()[1]) == 1
    until(lambda: {state_of(taken), state_of(waiting)} == {"sent"})

    assert sink.accepted() == [taken.message_id, waiting.message_id]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (lambda d: Delivery.objects.filter(pk=d.pk).withdraw(), "cancelled"),
        (lambda d: Suppression.objects.add_address(d.address, "blocked"), "suppressed"),
        (lambda d: Delivery.objects.filter(pk=d.pk).update(not_after=d.not_before), "expired"),
    ],
    ids=["withdrawn", "blocked", "too late"],
)
def test_what_changes_after_the_claim_is_seen_at_the_door(start_sink, change, state):
    sink = start_sink()
    delivery, other = make_delivery(), make_delivery()
    sender = Sender()
    claimed = sender.fence.claim(50)
    change(delivery)
    if state == "expired":
        claimed[0].refresh_from_db()

    for row in claimed:
        sender._send(sender._pack(row))
    sender.fence.write_down()
    sender.transport.close()

    assert (state_of(delivery), state_of(other)) == (state, "sent")
    assert sink.accepted() == [other.message_id]


def test_two_senders_never_claim_the_same_message():
    for _ in range(30):
        make_delivery()

    first, second = Fence("email"), Fence("email")
    mine, theirs = first.claim(20), second.claim(20)

    assert (len(mine), len(theirs)) == (20, 10)
    assert not {d.pk for d in mine} & {d.pk for d in theirs}
