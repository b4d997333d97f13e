"""Every move tells the right people once, or nobody where none is owed (lesson 4)."""

from datetime import timedelta
from itertools import product

import pytest

from outbox.models import Delivery
from speakers.models import Offer, Part, Proposal
from speakers.states import MOVES
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_organizer,
    make_proposal,
    make_series,
    make_slot,
    make_speaker,
)
from tests.owed import let_go, letters

pytestmark = pytest.mark.django_db

BOSS = "boss@example.org"


@pytest.fixture
def call(db):
    series = make_series(name="Minsk Python")
    make_organizer(series, email=BOSS)
    make_organizer(series, role="reviewer", email="reviewer@example.org")
    return make_call(series)


def team_proposal(call, state, slot=None):
    """Ada's, with Bea who said yes and Cleo who was only invited; nothing is in the outbox."""
    ada = make_contact("ada@x.org", "Ada")
    proposal = make_proposal(call, state, contact=ada, slot=slot, title="Types", notice_days=1)
    for name, said_yes in [("bea", True), ("cleo", False)]:
        contact = make_contact(f"{name}@x.org", name)
        speaker = make_speaker(call.series, name, contact=contact) if said_yes else None
        accepted = proposal.created_at if said_yes else None
        Part.objects.create(
            proposal=proposal, contact=contact, speaker=speaker, accepted_at=accepted
        )
    Delivery.objects.all().delete()
    return Proposal.objects.get(pk=proposal.pk)


def place(call, starts_in=timedelta(days=30)):
    return make_slot(make_event(call.series, starts_in=starts_in), "talk")


def told():
    """Who is written to, and in which letters, of what is not withdrawn."""
    alive = Delivery.objects.exclude(state="cancelled")
    return sorted(alive.values_list("address", "template"))


def both(letter):
    return [("ada@x.org", f"speakers/{letter}"), ("bea@x.org", f"speakers/{letter}")]


BOTH_AND_BOSS = [("boss@example.org", "speakers/dropped_out")]

# Each allowed move by its verb: what it starts from, what is done, which letter leaves at once
# and which when the organizer tells. "placed" stands on an evening its speakers know of.
VERBS = [
    ("draft", "submitted", lambda p, slot: p.submit(), "received", None),
    ("draft", "withdrawn", lambda p, slot: p.withdraw(), None, None),
    ("submitted", "accepted", lambda p, slot: p.accept(), None, "accepted"),
    ("submitted", "accepted", lambda p, slot: p.place(slot), None, "offered"),
    ("submitted", "reserve", lambda p, slot: p.keep_in_reserve(3), None, "reserve"),
    ("submitted", "declined", lambda p, slot: p.decline("full"), None, "declined"),
    ("submitted", "withdrawn", lambda p, slot: p.withdraw(), "withdrawn", None),
    ("placed", "confirmed", lambda p, slot: p.confirm(), "confirmed", None),
    ("accepted", "confirmed", lambda p, slot: p.place(slot, agreed=True), "confirmed", None),
    ("placed", "accepted", lambda p, slot: p.place(slot), None, "offered"),
    ("placed", "accepted", lambda p, slot: p.take_off(), None, "taken_off"),
    ("placed", "accepted", lambda p, slot: p.pass_on("ill"), "taken_off + dropped_out", None),
    ("accepted", "reserve", lambda p, slot: p.keep_in_reserve(), None, "reserve"),
    ("placed", "reserve", lambda p, slot: p.keep_in_reserve(), None, "reserve"),
    ("accepted", "declined", lambda p, slot: p.decline(), None, "declined"),
    ("placed", "declined", lambda p, slot: p.decline(), None, "declined"),
    ("accepted", "withdrawn", lambda p, slot: p.withdraw(), "withdrawn", None),
    ("placed", "withdrawn", lambda p, slot: p.withdraw(), "withdrawn + dropped_out", None),
    ("confirmed", "accepted", lambda p, slot: p.take_off(), None, "taken_off"),
    ("confirmed", "accepted", lambda p, slot: p.place(slot), None, "offered"),
    ("confirmed", "accepted", lambda p, slot: p.pass_on("ill"), "taken_off + dropped_out", None),
    ("confirmed", "reserve", lambda p, slot: p.keep_in_reserve(), None, "reserve"),
    ("confirmed", "withdrawn", lambda p, slot: p.withdraw(), "withdrawn + dropped_out", None),
    ("reserve", "accepted", lambda p, slot: p.accept(), None, "accepted"),
    ("reserve", "accepted", lambda p, slot: p.place(slot), None, "offered"),
    ("reserve", "confirmed", lambda p, slot: step_in(p, slot), "confirmed", None),
    ("reserve", "declined", lambda p, slot: p.decline(), None, "declined"),
    ("reserve", "withdrawn", lambda p, slot: p.withdraw(), "withdrawn", None),
    ("declined", "submitted", lambda p, slot: p.reopen(), None, "reopened"),
    ("declined", "withdrawn", lambda p, slot: p.withdraw(), "withdrawn", None),
]  # fmt: skip


def step_in(proposal, slot):
    Offer.objects.offer(slot)
    Delivery.objects.all().delete()
    proposal.offers.get().take()


def in_letters(words):
    """Who hears "taken_off + dropped_out": both speakers the first, the organizer the second."""
    first, _plus, drop_out = words.partition(" + ")
    return sorted(both(first) + (BOTH_AND_BOSS if drop_out else []))


@pytest.mark.parametrize(("old", "new", "verb", "at_once", "released"), VERBS)
def test_a_move_tells_everybody_concerned_once(call, old, new, verb, at_once, released):
    placed = old == "placed"
    proposal = team_proposal(call, "accepted" if placed else old, place(call) if placed else None)

    verb(proposal, place(call))

    proposal.refresh_from_db()
    assert proposal.state == new
    assert told() == (in_letters(at_once) if at_once else [])
    assert Proposal.objects.owed().filter(pk=proposal.pk).exists() == bool(released)
    let_go()
    Delivery.objects.all().delete()
    assert [proposal.release(), proposal.release()] == [2 if released else 0, 0]
    assert told() == (in_letters(released) if released else [])
    assert not Proposal.objects.owed().filter(pk=proposal.pk).exists()


def test_no_allowed_move_is_missing_above():
    tried = {(old.replace("placed", "accepted"), new) for old, new, *_rest in VERBS}
    known = [state for state in MOVES if state]
    moves = {(old, new) for old, new in product(known, known) if MOVES[old][new] is None}
    assert tried - {("accepted", "accepted")} == moves  # another place, the same state


# The difference, not the way there


def test_a_decision_taken_back_before_it_is_told_is_one_letter(call):
    proposal = team_proposal(call, "submitted")
    proposal.accept()
    proposal.decline("full")
    proposal.reopen()
    proposal.accept()
    assert told() == []
    assert proposal.release() == 2
    assert told() == both("accepted")


def test_a_decision_that_leads_back_is_no_letter(call):
    proposal = team_proposal(call, "submitted")
    proposal.accept()
    proposal.decline()
    proposal.reopen()
    assert proposal.release() == 0
    assert told() == []


def test_moved_twice_before_it_is_told_names_the_evening_she_knows(call):
    known, between, last = place(call), place(call), place(call)
    proposal = team_proposal(call, "accepted", known)
    proposal.place(between)
    proposal.place(last)
    proposal.release()
    assert told() == both("offered")
    facts = Delivery.objects.first().context
    assert (facts["old_title"], facts["title"]) == (known.event.title, last.event.title)


def test_another_place_on_the_same_evening_is_no_news(call):
    slot = place(call)
    proposal = team_proposal(call, "confirmed", slot)
    proposal.place(make_slot(slot.event, "talk"))
    proposal.refresh_from_db()
    assert (proposal.state, proposal.release()) == ("confirmed", 0)


# Not sent yet, and no longer true


def test_what_was_not_sent_and_is_untrue_is_withdrawn(call):
    proposal = team_proposal(call, "submitted")
    proposal.place(place(call))
    proposal.release()
    proposal.take_off()
    assert told() == []
    proposal.release()
    assert told() == both("accepted")


def test_what_was_sent_is_followed_by_what_is_true_now(call):
    proposal = team_proposal(call, "submitted")
    proposal.place(place(call))
    proposal.release()
    let_go()
    proposal.take_off()
    proposal.release()
    assert told() == sorted(both("offered") + both("taken_off"))


def test_a_no_that_never_left_and_was_taken_back_never_happened(call):
    proposal = team_proposal(call, "submitted")
    proposal.decline()
    proposal.release()
    proposal.reopen()
    assert (proposal.release(), told()) == (0, [])


def test_placed_again_on_the_evening_she_was_not_told_of_is_told_once(call):
    slot = place(call)
    proposal = team_proposal(call, "submitted")
    proposal.place(slot)
    proposal.release()
    proposal.take_off()
    proposal.place(slot)
    proposal.release()
    assert told() == both("offered")


def test_where_one_of_two_has_the_letter_both_get_the_next_one(call):
    proposal = team_proposal(call, "submitted")
    proposal.place(place(call))
    proposal.release()
    let_go(address="ada@x.org")
    proposal.take_off()
    proposal.release()
    assert told() == sorted([("ada@x.org", "speakers/offered"), *both("taken_off")])


def test_where_one_of_two_has_the_letter_and_it_becomes_true_again_both_keep_it(call):
    slot = place(call)
    proposal = team_proposal(call, "submitted")
    proposal.place(slot)
    proposal.release()
    let_go(address="ada@x.org")
    proposal.take_off()
    proposal.place(slot)
    assert proposal.release() == 0
    assert told() == both("offered")


def test_a_receipt_stays_whatever_comes_after_it(call):
    proposal = team_proposal(call, "draft")
    proposal.submit()
    proposal.accept()
    proposal.release()
    assert told() == sorted(both("received") + both("accepted"))


def test_a_confirmation_not_sent_is_withdrawn_when_the_talk_leaves_its_evening(call):
    proposal = team_proposal(call, "accepted", place(call))
    proposal.confirm()
    proposal.take_off()
    proposal.release()
    assert told() == both("taken_off")


def test_whoever_was_not_sent_the_question_does_not_hear_that_the_place_is_gone(call):
    slot, reserve = place(call), team_proposal(call, "reserve")
    Offer.objects.offer(slot)
    make_proposal(call, "confirmed", slot=slot)
    assert told() == []
    assert reserve.offers.get().state == "gone"


def test_whoever_was_asked_hears_that_the_place_was_filled_by_hand(call):
    slot, _reserve = place(call), team_proposal(call, "reserve")
    Offer.objects.offer(slot)
    let_go()
    make_proposal(call, "confirmed", slot=slot)
    assert letters(state="queued") == ["speakers/step_in_taken"] * 2


def test_a_reserve_who_is_declined_is_not_asked_to_step_in(call):
    slot, reserve = place(call), team_proposal(call, "reserve")
    Offer.objects.offer(slot)
    reserve.decline()
    assert told() == []
    assert reserve.offers.get().state == "gone"


def test_who_is_told_before_a_letter_is_written_counts_as_told(call):
    """A speaker without an address: the organizers talk to her."""
    proposal = make_proposal(call, "submitted")
    proposal.parts.update(contact=None)
    proposal.accept()
    assert proposal.release() == 0
    assert not Proposal.objects.owed().filter(pk=proposal.pk).exists()
