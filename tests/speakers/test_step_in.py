"""Somebody drops out: one action asks the reserves, the first yes has the place (need 95, O8)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetups.models import Refused
from outbox.models import Delivery
from speakers.models import Offer, Proposal
from tests.builders import make_call, make_event, make_organizer, make_proposal, make_slot
from tests.owed import letters
from tests.threads import in_threads


@pytest.fixture
def evening(db):
    call = make_call()
    make_organizer(call.series)
    event = make_event(call.series, starts_in=timedelta(days=10))
    return call, event


def drop_out(call, event):
    """A confirmed talk whose speaker cannot come; returns its place."""
    slot = make_slot(event, kind="talk")
    talk = make_proposal(call, "confirmed", slot=slot)
    talk.pass_on("ill")
    Delivery.objects.all().delete()
    slot.refresh_from_db()
    return slot


def test_the_reserves_are_asked_in_order_and_only_those_with_enough_notice(evening):
    call, event = evening
    slot = drop_out(call, event)
    slow = make_proposal(call, "reserve", notice_days=30)
    first = make_proposal(call, "reserve", notice_days=3)
    second = make_proposal(call, "reserve", notice_days=9)

    assert Offer.objects.offer(slot) == 2

    assert not slow.offers.exists()
    assert first.offers.get().state == "asked"
    assert letters(about=f"proposal:{first.pk}") == ["speakers/step_in"]
    assert letters(about=f"proposal:{second.pk}") == []


def test_a_no_asks_the_next_at_once(evening):
    call, event = evening
    slot = drop_out(call, event)
    first, second = (make_proposal(call, "reserve", notice_days=1) for _ in range(2))
    Offer.objects.offer(slot)

    first.offers.get().pass_on()

    assert second.offers.get().state == "asked"
    first.refresh_from_db()
    assert first.state == "reserve"


def test_silence_asks_the_next_and_the_late_one_may_still_say_yes(evening, time_machine):
    call, event = evening
    slot = drop_out(call, event)
    first, second = (make_proposal(call, "reserve") for _ in range(2))
    Offer.objects.offer(slot)
    time_machine.move_to(timezone.now() + timedelta(hours=25))

    assert Offer.objects.move_on_due() == 1
    assert Offer.objects.move_on_due() == 0
    assert second.offers.get().state == "asked"
    first.offers.get().take()

    first.refresh_from_db()
    assert (first.state, first.event) == ("confirmed", event)
    assert second.offers.get().state == "gone"


@pytest.mark.django_db(transaction=True)
def test_two_reserves_answer_in_the_same_second(transactional_db):
    call = make_call()
    make_organizer(call.series)
    event = make_event(call.series, starts_in=timedelta(days=10))
    slot = drop_out(call, event)
    both = [make_proposal(call, "reserve") for _ in range(2)]
    Offer.objects.offer(slot)
    for offer in Offer.objects.filter(state="waiting"):
        offer.ask()
    Delivery.objects.all().delete()

    def answer(number):
        try:
            both[number].offers.get().take()
        except Refused as refusal:
            return refusal.messages[0]
        return "yes"

    said = in_threads(2, answer)

    assert sorted(said) == ["This place is no longer free. You stay in our reserve.", "yes"]
    states = Proposal.objects.filter(pk__in=[p.pk for p in both]).values_list("state", flat=True)
    assert sorted(states) == ["confirmed", "reserve"]
    winner = Proposal.objects.get(state="confirmed")
    assert winner.slot == slot
    assert letters(about=f"proposal:{winner.pk}") == ["speakers/confirmed"]
    loser = next(p for p in both if p.pk != winner.pk)
    assert letters(about=f"proposal:{loser.pk}") == ["speakers/step_in_taken"]
