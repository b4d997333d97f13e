"""What becomes of messages whose fate is unknown (reliability.md §4.2, step 7)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from outbox import sweeping, tasks
from outbox.management.commands.reconcile import Command
from outbox.models import Delivery, MailEvent
from tests.outbox.conftest import make_delivery, send, state_of

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(hours=1)


@pytest.fixture
def sink(start_sink):
    return start_sink("accept_drop,accept_drop,accept_drop")


def make_unknown(handed_over: timedelta = LONG_AGO, **fields) -> Delivery:
    delivery = make_delivery(**fields)
    send()
    Delivery.objects.filter(pk=delivery.pk).update(handed_over_at=timezone.now() - handed_over)
    assert state_of(delivery) == "unknown"
    return delivery


def reconcile(*options: str) -> str:
    said = StringIO()
    call_command("reconcile", *options, stdout=said)
    return said.getvalue()


def test_a_message_about_ones_own_seat_is_sent_again_once_under_the_same_id(sink):
    delivery = make_unknown()

    reconcile()
    assert (state_of(delivery), delivery.resends) == ("queued", 1)
    send()
    assert state_of(delivery) == "unknown"  # the sink drops the line again
    Delivery.objects.update(handed_over_at=timezone.now() - LONG_AGO)
    reconcile()

    assert state_of(delivery) == "unknown"
    assert sink.accepted() == [delivery.message_id] * 2


def test_it_waits_for_evidence_until_the_settle_time_is_over(sink, settings):
    settings.SETTLE_SECONDS = 900
    delivery = make_unknown(handed_over=timedelta(seconds=890))

    assert "0 queued once more, 1 unknown" in reconcile()
    assert state_of(delivery) == "unknown"


@pytest.mark.parametrize("kind", ["service", "promotional"])
def test_a_reminder_or_wave_is_not_sent_again_on_a_guess(sink, kind):
    delivery = make_unknown(message_class=kind)

    reconcile()

    assert state_of(delivery) == "unknown"


@pytest.mark.parametrize("kind", ["service", "promotional", "transactional"])
def test_with_all_evidence_in_what_has_none_is_sent_again(sink, kind):
    delivery = make_unknown(message_class=kind)
    later = make_unknown(handed_over=timedelta(0), message_class="service")

    reconcile("--feed-complete-until", (timezone.now() - timedelta(minutes=1)).isoformat())

    assert (state_of(delivery), state_of(later)) == ("queued", "unknown")


def test_evidence_settles_a_message_and_nothing_is_sent_again(sink):
    delivery = make_unknown()
    MailEvent.objects.take(
        delivery,
        provider="plain",
        provider_event_id="1",
        type="deferred",
        message_id=delivery.message_id,
        at=timezone.now(),
    )

    reconcile("--feed-complete-until", timezone.now().isoformat())

    assert state_of(delivery) == "sent"
    assert sink.accepted() == [delivery.message_id]


def test_evidence_that_comes_late_stops_the_second_try(sink):
    delivery = make_unknown()
    reconcile()

    Delivery.objects.filter(pk=delivery.pk).learn(Delivery.State.DELIVERED)
    send()

    assert state_of(delivery) == "delivered"
    assert sink.accepted() == [delivery.message_id]


def test_what_is_too_late_to_send_is_not_sent_again(sink):
    delivery = make_unknown(not_after=timezone.now() + timedelta(seconds=1))
    Delivery.objects.update(not_after=timezone.now())

    reconcile("--feed-complete-until", timezone.now().isoformat())

    assert state_of(delivery) == "unknown"


def test_the_sweep_does_it_by_itself(sink):
    delivery = make_unknown()

    tasks.sweep()

    assert state_of(delivery) == "queued"


def test_a_time_that_is_none_is_refused_with_a_sentence():
    with pytest.raises(CommandError, match="no ISO 8601 time"):
        reconcile("--feed-complete-until", "yesterday")


def test_on_the_command_line_the_sentence_comes_without_a_traceback(capsys):
    with pytest.raises(SystemExit):
        Command().run_from_argv(["manage.py", "reconcile", "--feed-complete-until", "yesterday"])
    said = capsys.readouterr().err
    assert "'yesterday' is no ISO 8601 time" in said
    assert "Traceback" not in said


def test_words_are_forgotten_thirty_days_after_a_message_settled(start_sink):
    start_sink("ok,accept_drop")
    old, unsettled = make_delivery(), make_delivery()
    send()
    recent = make_delivery()
    send()
    past = timezone.now() - timedelta(days=31)
    Delivery.objects.filter(pk__in=[old.pk, unsettled.pk]).update(created_at=past)
    Delivery.objects.filter(pk=old.pk).update(settled_at=past)

    assert sweeping.forget_old_words() == 1

    for delivery in (old, unsettled, recent):
        delivery.refresh_from_db()
    assert (old.context, old.subject != "") == ({}, True)
    assert unsettled.context
    assert recent.context
    assert sweeping.forget_old_words() == 0
