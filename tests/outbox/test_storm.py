"""All 17 answers of reliability.md §4.2 in one wave, at random, with poison rows in between.

The clock runs ahead over the waits; the sink's log is the evidence, as a provider's events are.
"""

import socket
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from outbox.models import Attempt, Channel, Delivery
from outbox.pair import send_due
from outbox.states import OPEN, State
from tests.outbox.conftest import make_delivery
from tests.outbox.test_faults import POINTS
from tests.outbox.test_kill import feed, plan
from tests.outbox.test_poison import POISON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MODES = [point[0] for point in POINTS if point[0] != "ok"]
SHARES = [option for mode in MODES for option in ("--share", f"{mode}=0.01")]
# What the rows must tell of it: how far it came, and what was said.
SEEN = {
    ("connect", None),  # refused, or no banner
    ("connect", 421),
    ("mail", 451),
    ("rcpt", 450),
    ("rcpt", None),
    ("rcpt", 550),
    ("data", 421),
    ("dot", None),  # four ways not to answer
    ("dot", 451),
    ("dot", 554),
    ("taken", 250),
    ("render", None),
}


def storm(sink, settings, messages: int) -> set[str]:
    """Sends a wave until nothing is open; returns the Message-IDs of its good messages."""
    planned = plan(messages)
    for fields, _said in list(POISON.values())[:5]:
        make_delivery(**fields)
    with time_machine.travel(timezone.now()) as clock:
        knock_at_a_closed_door(settings)
        for _round in range(messages):
            clock.shift(timedelta(hours=1))
            send_due("email", 600)
            feed(sink.accepted())
            if not Delivery.objects.filter(state__in=[*OPEN, State.HANDOVER]).exists():
                break
        sink.calm_down()  # what is sent a second time without evidence is never sent a third time
        call_command("reconcile", feed_complete_until=timezone.now())
        clock.shift(timedelta(hours=2))
        send_due("email", 600)
    return planned


def knock_at_a_closed_door(settings) -> None:
    """The seventeenth: nobody listens at all."""
    port = settings.EMAIL_PORT
    with socket.create_server(("127.0.0.1", 0)) as unused:
        settings.EMAIL_PORT = unused.getsockname()[1]
    send_due("email", 600)
    settings.EMAIL_PORT = port


def test_each_of_the_17_answers_in_one_wave_doubles_nothing_and_loses_nothing(settings, start_sink):
    sink = start_sink(",".join(MODES), "--pipelining", "--seed", "5", *SHARES)
    settings.OUTBOX_SMTP_TIMEOUT_AFTER_DOT = 0.5
    Channel.objects.named("email")

    planned = storm(sink, settings, messages=250)

    refused = set(Attempt.objects.filter(code__gte=500).values_list("delivery", flat=True))
    failed = Delivery.objects.filter(state="failed")
    poisoned = failed.filter(tries__phase="render", tries__n=1)
    rest = planned - set(failed.values_list("message_id", flat=True))
    assert Counter(sink.accepted()) == dict.fromkeys(rest, 1)
    assert set(failed.values_list("pk", flat=True)) - refused == {d.pk for d in poisoned}
    assert poisoned.exclude(error="").count() == 5
    assert Attempt.objects.filter(delivery__in=refused, code__gte=500).count() == len(refused)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed", "sent", "delivered"}
    assert set(Attempt.objects.values_list("phase", "code")) == SEEN
