"""The audit of reliability.md §3.9 finds what is wrong and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.invariants import INVARIANTS
from outbox.models import Delivery, Suppression
from tests.outbox.conftest import make_delivery, send
from tests.outbox.test_states import make_in_state

pytestmark = pytest.mark.django_db


def offences() -> dict[str, int]:
    return {name: len(rows) for name, rows in ((n, find()) for n, find in INVARIANTS) if rows}


def test_a_wave_with_faults_in_it_breaks_no_invariant(start_sink):
    start_sink("ok,rcpt_450,rcpt_550,accept_drop,dot_451,ok")
    for _ in range(6):
        make_delivery(not_after=timezone.now() + timedelta(hours=1))
    Suppression.objects.add_address(make_delivery().address, "blocked")
    make_delivery(template="nobody/wrote_this")
    make_delivery(not_after=timezone.now())

    send()

    states = set(Delivery.objects.values_list("state", flat=True))
    assert states == {"sent", "queued", "failed", "unknown", "suppressed", "expired"}
    assert offences() == {}


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("I5 every message has a legal state and history", {"settled_at": None}),
        ("I5 every message has a legal state and history", {"resends": 2}),
        ("I6 no message stays in hand for good", {"state": "handover", "attempts": 1}),
        (
            "I8 nothing sent after its last moment",
            {"not_after": timezone.now() - timedelta(seconds=1)},
        ),
    ],
)
def test_each_invariant_finds_its_offender(name, fields):
    make_in_state(**{"state": "sent"} | fields)

    assert offences() == {name: 1}


def test_mail_to_a_blocked_address_is_found_after_a_minute():
    make_in_state("sent")
    Suppression.objects.add_address("A@example.org", "blocked")
    assert offences() == {}

    Suppression.objects.update(since=timezone.now() - timedelta(seconds=61))

    assert offences() == {"I7 nothing sent to a blocked address": 1}
