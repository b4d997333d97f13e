"""The server is down for half an hour (T28): the channel pauses, resumes alone, all arrives."""

import socket
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from outbox.models import Channel, Pause
from outbox.tasks import send_messages
from tests.outbox.conftest import make_delivery, state_of

pytestmark = pytest.mark.django_db

EVERY = timedelta(seconds=15)  # the sweep
WAITING = 30


def test_half_an_hour_without_a_server_is_one_pause_and_loses_nothing(start_sink, settings):
    sink = start_sink()
    start = datetime.fromisoformat("2026-11-19T15:00:00+00:00")
    with time_machine.travel(start, tick=False) as clock:
        before = make_delivery()
        send_messages()
        down_at = timezone.now()
        with socket.create_server(("127.0.0.1", 0)) as unused:
            settings.EMAIL_PORT = unused.getsockname()[1]
        waiting = [make_delivery() for _ in range(WAITING)]
        for _sweep in range(30 * 4):
            send_messages()
            clock.shift(EVERY)

        [outage] = Pause.objects.all()
        paused_at, tries = outage.since, sum(d.tries.count() for d in waiting)
        settings.EMAIL_PORT = sink.port
        up_at = timezone.now()
        while Pause.objects.lasting().exists():
            assert timezone.now() - up_at < timedelta(minutes=45)
            clock.shift(EVERY)
            send_messages()
        for _sweep in range(20 * 4):
            clock.shift(EVERY)
            send_messages()

    assert timedelta(0) < paused_at - down_at < timedelta(minutes=10)
    assert tries < 3 * WAITING  # it did not hammer at the closed door
    assert outage.said
    [over] = Pause.objects.all()
    assert (over.since, over.resumed_at >= up_at) == (paused_at, True)
    assert not Channel.objects.named("email").is_paused
    assert {state_of(delivery) for delivery in [before, *waiting]} == {"sent"}
    assert sorted(sink.accepted()) == sorted(d.message_id for d in [before, *waiting])
