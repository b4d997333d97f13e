"""A sender dies while the eve reminders leave: the others go on, nobody is reminded twice (O3)."""

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.utils import timezone

from mailings.models import Reminder
from outbox.models import Delivery
from tests.builders import make_event, make_registration
from tests.outbox.conftest import CHECKOUT
from tests.outbox.processes import Worker, until
from tests.outbox.test_kill import feed, is_done

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# After the eve at any hour of the day, and early enough for the reminder.
SOON = timedelta(hours=4)
GUESTS = 60


class WholeWorker(Worker):
    def start(self) -> None:
        command = [sys.executable, "-m", "tests.outbox.whole_worker"]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, env=self.environment)


def has_taken(sink, enough: int) -> bool:
    return len(sink.accepted()) >= enough


def test_reminders_go_on_after_a_kill_and_each_guest_gets_one(start_sink):
    event = make_event(starts_in=SOON)
    for _guest in range(GUESTS):
        make_registration(event)
    assert Reminder.objects.plan_due() == GUESTS
    sink = start_sink("", "--share", "accept_slow=1", "--slow", "0.05")
    workers = [WholeWorker(sink, LEASE_SECONDS="2") for _ in range(2)]
    try:
        until(partial(has_taken, sink, GUESTS // 4), 60)
        workers[0].kill()
        assert Reminder.objects.plan_due() == 0  # the planner finds all of them written
        workers[0].start()
        until(partial(has_taken, sink, GUESTS - 1), 60)
        until(lambda: not Delivery.objects.filter(state__in=["queued", "claimed"]).exists())
        unknown = Delivery.objects.filter(state__in=["handover", "unknown"]).count()
        feed(sink.accepted())
        call_command("reconcile", feed_complete_until=timezone.now())
        until(is_done)
    finally:
        for worker in workers:
            worker.kill()
    assert Counter(sink.accepted()) == dict.fromkeys(
        Delivery.objects.values_list("message_id", flat=True), 1
    )
    assert Delivery.objects.values("contact").distinct().count() == GUESTS
    assert unknown <= 2
