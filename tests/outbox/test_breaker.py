"""The channel's breaker and rate: it pauses after too many failures and resumes by itself."""

import socket
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from outbox.models import Channel
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dead_line(settings, start_sink):
    """Settings that point to a port where nobody listens, and back."""
    sink = start_sink()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        settings.EMAIL_PORT = unused.getsockname()[1]
    return sink


def fail_until_paused(most: int = 30) -> Channel:
    for _ in range(most):
        make_delivery()
        send()
        channel = Channel.objects.named("email")
        if channel.is_paused:
            return channel
    raise AssertionError("It never paused.")


def test_twenty_dead_connects_in_a_row_pause_for_five_minutes_then_ten(dead_line):
    channel = fail_until_paused()
    assert 20 <= channel.dead_connects <= 22
    first = channel.paused_until - timezone.now()
    assert timedelta(minutes=4, seconds=59) < first <= timedelta(minutes=5)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        second = fail_until_paused(most=1).paused_until - timezone.now()
    assert timedelta(minutes=9, seconds=59) < second <= timedelta(minutes=10)


def test_a_paused_channel_tries_nothing_and_resumes_by_itself(dead_line, settings):
    fail_until_paused()
    settings.EMAIL_PORT = dead_line.port
    waiting = make_delivery()

    send()
    assert (state_of(waiting), waiting.attempts) == ("queued", 0)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        send()
    assert state_of(waiting) == "sent"
    assert Channel.objects.named("email").dead_connects == 0


def test_an_organizer_may_resume_at_once(dead_line, settings):
    channel = fail_until_paused()
    settings.EMAIL_PORT = dead_line.port
    waiting = make_delivery()

    channel.resume()
    send()

    assert state_of(waiting) == "sent"


@pytest.mark.parametrize(
    ("tries", "errors", "pauses"),
    [(99, 99, False), (100, 25, False), (100, 26, True), (999, 249, False), (999, 250, True)],
)
def test_one_in_four_failing_pauses_once_there_is_enough_to_judge_by(tries, errors, pauses):
    channel = Channel.objects.named("email")

    channel.note(tries=tries, errors=errors, dead_connects=0, connected=True)

    channel.refresh_from_db()
    assert channel.is_paused is pauses


def test_old_failures_are_outgrown():
    channel = Channel.objects.named("email")
    channel.note(tries=90, errors=60, dead_connects=0, connected=True)
    for _ in range(20):
        channel.note(tries=500, errors=50, dead_connects=0, connected=True)

    channel.refresh_from_db()
    assert not channel.is_paused
    assert channel.tries < 1500


def test_no_pause_is_longer_than_an_hour():
    channel = Channel.objects.named("email")
    for _ in range(9):
        channel.note(tries=100, errors=51, dead_connects=0, connected=True)

    channel.refresh_from_db()
    assert channel.paused_until - timezone.now() <= timedelta(hours=1)


def test_a_channel_sends_no_more_a_second_than_it_may():
    channel = Channel.objects.named("email")
    Channel.objects.update(rate=10)
    start = timezone.now()

    with time_machine.travel(start, tick=False) as clock:
        Channel.objects.update(refilled_at=start)
        assert channel.take(50) == 0
        clock.shift(0.5)
        assert (channel.take(3), channel.take(50)) == (3, 2)
        clock.shift(60)
        assert channel.take(50) == 10
        clock.shift(-3600)  # a clock set back gives nothing and breaks nothing
        assert channel.take(50) == 0


def test_a_rate_slows_a_wave_without_losing_it(start_sink):
    sink = start_sink()
    Channel.objects.named("email")
    Channel.objects.update(rate=20)
    deliveries = [make_delivery() for _ in range(30)]

    send()

    assert len(sink.accepted()) == len(deliveries)
