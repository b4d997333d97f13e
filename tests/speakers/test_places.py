"""A talk and its place: planned, moved, taken back; one place at a time, whoever acts at once."""

import pytest
from django.db import IntegrityError

from meetups.models import Refused, Slot
from speakers.models import Proposal, Talk
from tests.builders import (
    make_call,
    make_event,
    make_organizer,
    make_proposal,
    make_slot,
    make_talk,
)
from tests.owed import letters
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def place_on(event):
    return make_slot(event, kind="talk")


def test_history_shows_where_the_talk_was_planned_before():
    call = make_call()
    organizer = make_organizer(call.series)
    first, second = (make_event(call.series, title=name) for name in ("June", "July"))
    proposal = make_proposal(call)

    proposal.place(place_on(first), by=organizer)
    proposal.release()
    proposal.confirm()
    proposal.place(place_on(second), by=organizer)
    proposal.take_off(by=organizer)

    told = [(step.state, step.event and step.event.title, step.by) for step in proposal.steps.all()]
    assert told == [
        ("submitted", None, None),
        ("accepted", "June", organizer),
        ("confirmed", "June", None),
        ("accepted", "July", organizer),
        ("accepted", None, organizer),
    ]


def test_a_yes_to_one_evening_is_none_to_another():
    proposal = make_proposal(state="confirmed")
    other = make_event(proposal.call.series)

    proposal.place(place_on(other))

    assert proposal.state == "accepted"
    assert Talk.objects.announced().count() == 0
    with pytest.raises(Refused, match="No evening is offered"):
        proposal.confirm()  # she was not asked yet
    proposal.release()
    proposal.confirm()
    assert list(Talk.objects.announced()) == [proposal.talk]


def test_another_place_on_the_same_evening_keeps_the_yes():
    proposal = make_proposal(state="confirmed")

    proposal.place(place_on(proposal.event))

    assert proposal.state == "confirmed"
    assert proposal.release() == 0


def test_she_cannot_pass_on_an_evening_that_she_was_not_told_of():
    proposal = make_proposal(state="confirmed")
    other = make_event(proposal.call.series)
    proposal.place(place_on(other))

    with pytest.raises(Refused, match="No evening is offered"):
        proposal.pass_on()
    proposal.refresh_from_db()
    assert proposal.event == other


@pytest.mark.parametrize("wrong", ["other series", "cancelled", "over", "a break", "taken"])
def test_a_place_that_is_none(wrong):
    call = make_call()
    proposal = make_proposal(call)
    event = make_event(None if wrong == "other series" else call.series)
    slot = make_slot(event, kind="break" if wrong == "a break" else "talk")
    if wrong == "cancelled":
        event.cancel()
    if wrong == "over":
        slot = place_on(make_event(call.series, starts="2026-01-15T19:00"))
    if wrong == "taken":
        slot = make_talk(event).slot

    with pytest.raises(Refused):
        proposal.place(Slot.objects.get(pk=slot.pk))

    proposal.refresh_from_db()
    assert (proposal.state, proposal.event) == ("submitted", None)


@pytest.mark.django_db(transaction=True)
def test_two_talks_for_one_place_at_once():
    call = make_call()
    slot = place_on(make_event(call.series))
    both = [make_proposal(call) for _ in range(2)]

    def place(number):
        try:
            both[number].place(Slot.objects.get(pk=slot.pk))
        except (Refused, IntegrityError) as refusal:
            return type(refusal)
        return "placed"

    said = in_threads(2, place)

    assert sorted(map(str, said)) == [str(Refused), "placed"]
    assert Talk.objects.filter(slot=slot).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_talk_for_two_places_at_once_ends_in_one_of_them_with_a_full_history():
    call = make_call()
    slots = [place_on(make_event(call.series)) for _ in range(2)]
    proposal = make_proposal(call)

    def place(number):
        try:
            Proposal.objects.get(pk=proposal.pk).place(Slot.objects.get(pk=slots[number].pk))
        except Refused:
            return "refused"
        return "placed"

    said = in_threads(2, place)

    proposal = Proposal.objects.get(pk=proposal.pk)
    assert proposal.slot in slots
    assert proposal.steps.filter(state="accepted").count() == said.count("placed")
    assert proposal.steps.last().event == proposal.event


@pytest.mark.django_db(transaction=True)
def test_she_confirms_while_it_is_taken_off():
    call = make_call()
    make_organizer(call.series)
    proposal = make_proposal(call, "accepted", slot=place_on(make_event(call.series)))

    def act(number):
        mine = Proposal.objects.get(pk=proposal.pk)
        try:
            mine.confirm() if number else mine.take_off()
        except Refused:
            return False
        return True

    in_threads(2, act)

    proposal = Proposal.objects.get(pk=proposal.pk)
    assert (proposal.state, proposal.slot) == ("accepted", None)
    assert proposal.talk.agreed_at is None
    assert letters(about=f"proposal:{proposal.pk}") in ([], ["speakers/confirmed"])
