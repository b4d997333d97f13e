"""The 17 fault points of reliability.md §4.2 (M5), each with the exact byte at which it happens."""

import socket
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.models import Attempt, Delivery, Suppression
from tests.outbox.conftest import make_delivery, send, state_of
from tests.outbox.recording import recording_server

pytestmark = pytest.mark.django_db

# mode of the sink, state after one try, how often the sink accepted it, phase that was reached
POINTS = [
    ("no_banner", "queued", 0, "connect"),
    ("banner_421", "queued", 0, "connect"),
    ("mail_451", "queued", 0, "mail"),
    ("rcpt_450", "queued", 0, "rcpt"),
    ("rcpt_drop", "queued", 0, "rcpt"),
    ("data_421", "queued", 0, "data"),
    ("dot_451", "queued", 0, "dot"),
    ("rcpt_550", "failed", 0, "rcpt"),
    ("dot_554", "failed", 0, "dot"),
    ("data_drop", "unknown", 0, "dot"),
    ("dot_drop", "unknown", 0, "dot"),
    ("accept_drop", "unknown", 1, "dot"),
    ("accept_silence", "unknown", 1, "dot"),
    ("quit_drop", "sent", 1, "taken"),
    ("quit_hang", "sent", 1, "taken"),
    ("ok", "sent", 1, "taken"),
]


@pytest.mark.parametrize(("mode", "state", "taken", "phase"), POINTS, ids=[p[0] for p in POINTS])
def test_each_fault_leads_to_the_state_that_neither_doubles_nor_loses(
    start_sink, mode, state, taken, phase
):
    sink = start_sink(mode)
    delivery = make_delivery()

    began = time.monotonic()
    send()

    assert state_of(delivery) == state
    assert sink.accepted() == [delivery.message_id] * taken
    assert [(a.n, a.phase) for a in Attempt.objects.filter(delivery=delivery)] == [(1, phase)]
    assert time.monotonic() - began < 6


def test_the_seventeenth_a_refused_connection_is_tried_again(settings, start_sink):
    start_sink()
    with socket.create_server(("127.0.0.1", 0)) as unused:
        settings.EMAIL_PORT = unused.getsockname()[1]
    delivery = make_delivery()

    send()

    assert state_of(delivery) == "queued"
    assert Attempt.objects.get().phase == "connect"


@pytest.mark.parametrize("mode", [point[0] for point in POINTS if point[1] == "queued"])
def test_what_was_surely_not_taken_arrives_once_with_the_next_try(start_sink, mode):
    sink = start_sink(mode)
    delivery = make_delivery()
    send()
    assert timezone.now() < Delivery.objects.get().not_before

    Delivery.objects.update(not_before=timezone.now())
    send()

    assert state_of(delivery) == "sent"
    assert sink.accepted() == [delivery.message_id]
    assert Attempt.objects.count() == delivery.attempts == 2


@pytest.mark.parametrize("mode", ["data_drop", "dot_drop", "accept_drop", "accept_silence"])
def test_what_may_have_been_taken_is_not_sent_again_by_any_later_run(start_sink, mode):
    sink = start_sink(mode)
    delivery = make_delivery()
    before = len(sink.accepted())
    send()
    taken = sink.accepted()[before:]

    Delivery.objects.update(not_before=timezone.now() - timedelta(minutes=1))
    send()

    assert state_of(delivery) == "unknown"
    assert sink.accepted() == taken


DIALOGUES = {"one by one": (), "pipelined": ("--pipelining",)}
dialogue = pytest.mark.parametrize("options", DIALOGUES.values(), ids=DIALOGUES)
IN_THE_MIDDLE = [
    point for point in POINTS if point[0].partition("_")[0] in {"mail", "rcpt", "data", "dot"}
] + [("accept_drop", "unknown", 1, "dot")]  # fmt: skip


@dialogue
@pytest.mark.parametrize(
    ("mode", "state", "taken", "phase"), IN_THE_MIDDLE, ids=[p[0] for p in IN_THE_MIDDLE]
)
def test_a_fault_in_the_middle_of_a_wave_is_booked_on_its_own_message(
    start_sink, mode, state, taken, phase, options
):
    sink = start_sink(f"ok,{mode},ok", *options)
    first, second, third = (make_delivery() for _ in range(3))

    send()

    assert [state_of(d) for d in (first, second, third)] == ["sent", state, "sent"]
    tries = Attempt.objects.order_by("pk").values_list("delivery", "n", "phase")
    assert set(tries) == {(first.pk, 1, "taken"), (second.pk, 1, phase), (third.pk, 1, "taken")}
    middle = [second.message_id] * taken
    assert sink.accepted() == [first.message_id, *middle, third.message_id]


@dialogue
def test_a_server_that_hangs_up_on_the_next_message_costs_nobody_a_try(start_sink, options):
    sink = start_sink("ok,mail_drop,ok,mail_drop,ok", *options)
    deliveries = [make_delivery() for _ in range(3)]

    send()

    assert [(state_of(d), d.attempts) for d in deliveries] == [("sent", 1)] * 3
    assert sink.accepted() == [d.message_id for d in deliveries]


@dialogue
def test_who_is_blocked_behind_the_message_that_is_leaving_gets_nothing(start_sink, options):
    sink = start_sink("", *options)
    deliveries = [make_delivery() for _ in range(4)]
    Suppression.objects.add_address(deliveries[1].address, "blocked")
    Delivery.objects.filter(pk=deliveries[2].pk).update(template="no such template")

    send()

    assert [state_of(d) for d in deliveries] == ["sent", "suppressed", "failed", "sent"]
    taken = [(d.message_id, d.address) for d in (deliveries[0], deliveries[3])]
    assert [tuple(line.split()[:2]) for line in sink.log.read_text().splitlines()] == taken


@dialogue
def test_what_was_announced_and_then_given_back_is_announced_anew(settings, start_sink, options):
    """The first answer takes so long that the sender claims the others afresh."""
    settings.LEASE_SECONDS = 2
    sink = start_sink("accept_slow", "--slow", "1.2", *options)
    deliveries = [make_delivery() for _ in range(3)]

    send()

    assert [(state_of(d), d.attempts) for d in deliveries] == [("sent", 1)] * 3
    assert sink.accepted() == [d.message_id for d in deliveries]


@pytest.mark.parametrize(("offered", "most"), [(False, 1), (True, 3)])
def test_commands_share_a_write_only_where_the_server_says_it_may(settings, offered, most):
    """Control: with the extension the final dot, MAIL and RCPT arrive together (RFC 2920)."""
    with recording_server(settings, pipelining=offered) as heard:
        for _ in range(3):
            make_delivery()
        send()

    assert Delivery.objects.filter(state="sent").count() == 3
    assert max(heard) == most


def test_one_connection_carries_many_messages_around_a_fault_in_the_middle(start_sink):
    sink = start_sink("ok,rcpt_450,ok,dot_451,rcpt_550,ok,accept_drop,ok")
    deliveries = [make_delivery() for _ in range(8)]

    send()

    states = [state_of(delivery) for delivery in deliveries]
    assert states == ["sent", "queued", "sent", "queued", "failed", "sent", "unknown", "sent"]
    accepted = [deliveries[n].message_id for n in (0, 2, 5, 6, 7)]
    assert sink.accepted() == accepted


def test_a_line_that_died_between_two_messages_is_opened_anew_without_a_try_lost(start_sink):
    sink = start_sink("ok,rcpt_drop,ok")
    first, second, third = (make_delivery() for _ in range(3))

    send()

    assert [state_of(d) for d in (first, second, third)] == ["sent", "queued", "sent"]
    assert third.attempts == 1
    assert sink.accepted() == [first.message_id, third.message_id]


def test_a_hanging_goodbye_costs_two_seconds(start_sink):
    start_sink("quit_hang")
    make_delivery()

    began = time.monotonic()
    send()

    assert 1.5 < time.monotonic() - began < 4
