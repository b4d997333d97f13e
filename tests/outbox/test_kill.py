"""Real senders are killed in the middle of a wave: nothing twice, nothing lost (T23).

The log of the sink is the evidence, as the log of a mail server or a provider's events would be.
"""

import itertools
import random
import signal
import time
from collections import Counter
from functools import partial

import pytest
from django.core.management import call_command
from django.utils import timezone

from outbox.drafts import Draft
from outbox.models import Delivery, MailEvent
from outbox.states import OPEN, State
from tests.outbox.processes import Worker, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def plan(messages: int) -> set[str]:
    """A wave, half of it about people's own seats; returns the Message-IDs."""
    classes = itertools.cycle(["transactional", "service"])
    Delivery.objects.post_many(
        Draft(
            contact=None,
            template="plain",
            context={"subject": f"Message {n}", "text": "See you on Thursday."},
            key=f"wave:{n}",
            message_class=next(classes),
            address=f"guest-{n}@example.org",
        )
        for n in range(messages)
    )
    return set(Delivery.objects.values_list("message_id", flat=True))


def is_done() -> bool:
    on_its_way = [*OPEN, State.HANDOVER]
    return not Delivery.objects.filter(state__in=on_its_way).exists()


def has_come_far(sink, enough: int) -> bool:
    return len(sink.accepted()) >= enough or is_done()


def kill_until_done(sink, workers: list[Worker], every: float, progress: int) -> int:
    """Kills a worker at random again and again and starts it anew; returns the number of kills.

    Not before `progress` more messages have left: on a busy machine a start takes longer than
    the pause, and workers that are killed while they start prove nothing.
    """
    chance, kills, seen = random.Random(7), 0, 0
    while not is_done():
        time.sleep(every * chance.uniform(0.8, 1.2))
        until(partial(has_come_far, sink, seen + progress), 60)
        if not is_done():
            seen = len(sink.accepted())
            worker = chance.choice(workers)
            worker.kill()
            worker.start()
            kills += 1
    return kills


def feed(accepted: list[str]) -> None:
    """What the sink has logged becomes delivery events; of the rest we know already."""
    open_question = Delivery.objects.exclude(state=State.SENT)
    for delivery in open_question.filter(message_id__in=accepted):
        MailEvent.objects.take(
            delivery,
            provider="plain",
            provider_event_id=delivery.message_id,
            type="delivered",
            message_id=delivery.message_id,
            at=timezone.now(),
        )


def run(
    sink, messages: int, every: float, progress: int, guard: str = "on"
) -> tuple[set[str], int, int]:
    """Sends a wave under kills; returns its Message-IDs, the kills, and how many were unknown."""
    planned = plan(messages)
    workers = [Worker(sink, GUARD=guard, LEASE_SECONDS="5") for _ in range(2)]
    try:
        kills = kill_until_done(sink, workers, every, progress)
        unknown = Delivery.objects.filter(state=State.UNKNOWN).count()
        sink.calm_down()
        feed(sink.accepted())
        call_command("reconcile", feed_complete_until=timezone.now())
        until(is_done)
    finally:
        for worker in workers:
            worker.tell(signal.SIGKILL)
            worker.kill()
    return planned, kills, unknown


def test_five_thousand_messages_under_kills_each_arrive_exactly_once(start_sink):
    sink = start_sink()

    planned, kills, unknown = run(sink, messages=5000, every=2, progress=300)

    accepted = Counter(sink.accepted())
    assert kills >= 3
    assert {m for m, times in accepted.items() if times > 1} == set()
    assert planned - set(accepted) == set()
    assert unknown <= 2 * kills  # a worker has two messages in hand at most


def test_kills_and_a_server_that_cuts_the_line_after_accepting(start_sink):
    shares = {"accept_drop": 0.02, "dot_drop": 0.01, "rcpt_drop": 0.01, "no_banner": 0.01}
    options = [
        option for mode, share in shares.items() for option in ("--share", f"{mode}={share}")
    ]
    sink = start_sink("", "--pipelining", "--seed", "11", *options)

    planned, _kills, unknown = run(sink, messages=400, every=0.5, progress=60)

    assert Counter(sink.accepted()) == dict.fromkeys(planned, 1)
    assert 0 < unknown < 40


@pytest.mark.parametrize("guard", ["on", "requeue"])
def test_control_requeuing_the_hand_overs_of_the_dead_sends_mail_twice(start_sink, guard):
    """The sink takes its time to say yes, so that a kill mostly falls into a hand-over."""
    sink = start_sink("", "--share", "accept_slow=1", "--slow", "0.05")

    run(sink, messages=110, every=0.2, progress=15, guard=guard)

    twice = {m for m, times in Counter(sink.accepted()).items() if times > 1}
    assert bool(twice) is (guard == "requeue")
