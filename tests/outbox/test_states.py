"""The table of moves in Python and the trigger in the database say the same."""

import itertools
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from outbox.models import Delivery
from outbox.states import MOVES, State
from tests.outbox.conftest import make_delivery

pytestmark = pytest.mark.django_db


def make_in_state(state: str, **fields) -> Delivery:
    """A message with that state from the start; only moves are guarded, not beginnings."""
    now = timezone.now()
    delivery = Delivery(address="a@example.org", message_class="service", state=state)
    delivery.key = delivery.message_id = str(delivery.pk)
    delivery.handed_over_at = delivery.sent_at = delivery.settled_at = now
    delivery.claim_token, delivery.lease_until = uuid.uuid4(), now
    for name, value in fields.items():
        setattr(delivery, name, value)
    delivery.save(force_insert=True)
    return delivery


def test_the_database_refuses_every_move_that_is_not_in_the_table():
    pairs = itertools.permutations(State, 2)

    assert {pair for pair in pairs if is_allowed(*pair)} == {
        (old, new) for old, moves in MOVES.items() for new in moves
    }


def is_allowed(old: State, new: State) -> bool:
    delivery = make_in_state(old)
    try:
        with transaction.atomic():
            Delivery.objects.filter(pk=delivery.pk).update(state=new)
    except IntegrityError:
        return False
    return True


@pytest.mark.parametrize("state", ["handover", "sent", "unknown", "delivered", "lost"])
def test_a_message_cannot_be_said_to_have_left_without_the_time_it_left(state):
    make_delivery()

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.update(state=state)


@pytest.mark.parametrize(
    ("before", "after"), [("sent", "delivered"), ("unknown", "bounced"), ("queued", "sent")]
)
def test_evidence_fills_the_time_it_was_sent(before, after):
    delivery = make_in_state(before, settled_at=None)
    if before != "sent":
        Delivery.objects.update(sent_at=None)

    assert Delivery.objects.learn(State(after)) == 1

    delivery.refresh_from_db()
    assert delivery.state == after
    assert delivery.sent_at == delivery.handed_over_at
    assert delivery.settled_at is not None


def test_a_message_that_was_never_handed_over_learns_nothing():
    delivery = make_delivery()

    assert Delivery.objects.learn(State.DELIVERED) == 0

    delivery.refresh_from_db()
    assert delivery.state == "queued"
