"""T22: a database as it was last night sends nothing because it was put back."""

from datetime import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from config.tick import tick
from outbox import sweeping
from outbox.engine import Sender
from outbox.models import Delivery
from tests.builders import make_event, make_follower, make_wave
from tests.outbox.conftest import make_delivery, send, start_sink  # noqa: F401  (a fixture)
from tests.registrations.crowd import register

pytestmark = pytest.mark.django_db

LAST_NIGHT = datetime.fromisoformat("2026-12-09T03:00:00+03:00")
AFTER_THE_EVE = datetime.fromisoformat("2026-12-09T20:00:00+03:00")


@pytest.fixture
def sink(start_sink):  # noqa: F811
    return start_sink("accept_drop")


@pytest.fixture
def last_night(sink):
    """The dump: a message of unknown fate, one in the queue, a wave and a reminder not due yet."""
    with time_machine.travel(LAST_NIGHT, tick=False) as clock:
        make_delivery()
        send()
        event = make_event(starts="2026-12-10T19:00", capacity=1)
        register(event, "ada@x.org", "bob@x.org")
        make_follower(event.series)
        make_wave(event, due="2026-12-09T10:00")
        sink.log.write_text("")
        clock.move_to(AFTER_THE_EVE)
        yield clock


def quarantine(*options):
    said = StringIO()
    call_command("quarantine", *options, stdout=said)
    return said.getvalue()


def run_the_house():
    tick()
    sweeping.free_abandoned()
    sweeping.send_again_without_evidence()
    Sender().run()


def test_without_it_everything_would_leave_once_more(last_night, sink):
    run_the_house()
    assert (
        len(sink.accepted()) == 5
    )  # two about seats, the eve reminder, an invitation, the unknown


def test_nothing_leaves_because_of_the_restore(last_night, sink):
    assert quarantine() == "4 messages held, the fate of 1 is unknown.\n"

    run_the_house()
    last_night.shift(3600)
    run_the_house()

    assert sink.accepted() == []
    call_command("check_invariants", stdout=StringIO())


def test_what_happens_afterwards_leaves_as_usual(last_night, sink):
    quarantine()
    register(make_event(starts="2026-12-30T19:00"), "new@x.org")

    run_the_house()

    assert len(sink.accepted()) == 1


def test_what_was_held_is_let_go_or_never_sent(last_night, sink):
    quarantine()
    assert quarantine("--release") == "4 messages released.\n"
    run_the_house()
    assert len(sink.accepted()) == 4
    assert quarantine("--withdraw") == "0 messages withdrawn.\n"


def test_what_was_held_may_be_withdrawn_and_leaves_alone_what_organizers_paused(last_night):
    paused = make_delivery()
    Delivery.objects.filter(pk=paused.pk).hold()
    quarantine()
    assert quarantine("--withdraw") == "4 messages withdrawn.\n"
    paused.refresh_from_db()
    assert paused.state == "held"
    assert Delivery.objects.filter(state="cancelled").count() == 4
