"""An evening moves, is called off, or loses a place: its talks and their speakers follow."""

import datetime as dt
from datetime import UTC, datetime

import icalendar
import pytest
import time_machine

from meetups.admin.event_verbs import people_told
from outbox.models import Delivery
from speakers.models import Offer, Proposal
from tests.builders import make_call, make_event, make_organizer, make_proposal, make_slot
from tests.owed import let_go, letters

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 7, tzinfo=UTC)
LATER = dt.date(2026, 12, 17)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def call():
    call = make_call()
    make_organizer(call.series)
    return call


@pytest.fixture
def event(call):
    return make_event(call.series, title="Evening 61", starts="2026-12-10T19:00")


def talk_on(event, state="confirmed", call=None):
    call = call or event.series.calls.get()
    return make_proposal(call, state, slot=make_slot(event, "talk"))


def about(proposal):
    return letters(about=f"proposal:{proposal.pk}", state="queued")


def again(proposal):
    return Proposal.objects.get(pk=proposal.pk)


# Moved


@pytest.mark.parametrize("state", ["confirmed", "accepted"])
def test_a_moved_evening_is_told_to_its_speakers_once(event, state):
    proposal = talk_on(event, state)
    assert people_told(event) == 1
    assert event.move(LATER) == 1
    assert event.move(LATER) == 0
    assert about(proposal) == ["speakers/evening_moved"]
    assert again(proposal).state == state
    facts = Delivery.objects.get(template="speakers/evening_moved").context
    assert (facts["old_starts"], facts["starts"]) == (
        "2026-12-10T16:00:00+00:00",
        "2026-12-17T16:00:00+00:00",
    )
    assert [step.event for step in proposal.steps.all()][-1] == event


def test_moved_again_after_that_was_sent_is_told_again(event):
    proposal = talk_on(event)
    event.move(LATER)
    let_go()
    event.move(LATER + dt.timedelta(days=7))
    assert letters(about=f"proposal:{proposal.pk}") == ["speakers/evening_moved"] * 2


def test_moved_again_before_that_was_sent_is_told_from_the_date_she_knows(event):
    proposal = talk_on(event)
    event.move(LATER)
    event.move(LATER + dt.timedelta(days=7))
    assert about(proposal) == ["speakers/evening_moved"]
    facts = Delivery.objects.get(template="speakers/evening_moved", state="queued").context
    assert facts["old_starts"] == "2026-12-10T16:00:00+00:00"


def test_whoever_was_not_told_of_the_evening_hears_nothing_of_its_move(call, event):
    proposal = make_proposal(call)
    proposal.place(make_slot(event, "talk"))
    assert people_told(event) == 0
    event.move(LATER)
    assert about(proposal) == []
    proposal.release()
    assert about(proposal) == ["speakers/offered"]


def test_an_offer_not_sent_yet_is_sent_with_the_new_date_instead(call, event):
    proposal = make_proposal(call)
    proposal.place(make_slot(event, "talk"))
    proposal.release()
    event.move(LATER)
    assert about(proposal) == ["speakers/offered"]
    offered = Delivery.objects.get(template="speakers/offered", state="queued")
    assert offered.context["starts"] == "2026-12-17T16:00:00+00:00"
    assert again(proposal).is_offered


def test_a_draft_that_moves_is_told_to_those_who_were_asked(call):
    event = make_event(call.series, status="draft", starts="2026-12-10T19:00")
    proposal = talk_on(event, "accepted")
    assert event.move(LATER) == 1
    assert about(proposal) == ["speakers/evening_moved"]


def test_what_is_to_be_done_follows_the_new_date(event):
    proposal = talk_on(event)
    event.move(LATER)
    days = dict(proposal.talk.duties.values_list("kind", "due_on"))
    assert days["slides"] == dt.date(2026, 12, 7)
    assert days["arrival"] == dt.date(2026, 12, 16)


def test_the_calendar_entry_of_her_talk_moves_along(event):
    talk_on(event)
    event.move(LATER)
    letter = Delivery.objects.get(template="speakers/evening_moved").render()
    (entry,) = icalendar.Calendar.from_ical(letter.attachments[0].text).walk("VEVENT")
    assert entry.decoded("dtstart") == datetime(2026, 12, 17, 16, tzinfo=UTC)


# Called off


@pytest.mark.parametrize("state", ["confirmed", "accepted"])
def test_a_talk_of_a_cancelled_evening_waits_for_another_one(event, state):
    proposal = talk_on(event, state)
    assert event.cancel("No heating.") == 1
    proposal = again(proposal)
    assert (proposal.state, proposal.event, proposal.talk.agreed_at) == ("accepted", None, None)
    assert about(proposal) == ["speakers/evening_cancelled"]
    assert proposal.release() == 0
    step = proposal.steps.last()
    assert (step.state, step.event, step.note) == ("accepted", None, "No heating.")
    assert proposal.talk.duties.count() == 0


def test_after_a_cancelled_evening_the_next_offer_is_plain_news(call, event):
    proposal = talk_on(event)
    event.cancel()
    let_go()
    proposal.place(make_slot(make_event(call.series), "talk"))
    proposal.release()
    assert about(proposal) == ["speakers/offered"]


def test_whoever_was_not_told_of_a_cancelled_evening_is_told_nothing(call, event):
    proposal = make_proposal(call)
    proposal.place(make_slot(event, "talk"))
    assert event.cancel() == 0
    assert about(proposal) == []
    assert again(proposal).state == "accepted"


def test_an_offer_not_sent_yet_is_taken_back_with_its_evening(call, event):
    proposal = make_proposal(call)
    proposal.place(make_slot(event, "talk"))
    proposal.release()
    event.cancel()
    assert about(proposal) == ["speakers/accepted"]


def test_reserves_who_were_asked_hear_that_the_evening_is_off(call, event):
    slot = make_slot(event, "talk")
    reserve = make_proposal(call, "reserve")
    Offer.objects.offer(slot)
    let_go()
    event.cancel()
    assert about(reserve) == ["speakers/step_in_taken"]
    assert Offer.objects.get().state == "gone"


# A place or an evening deleted


def test_a_talk_whose_place_is_deleted_goes_back_to_the_pool(event):
    proposal = talk_on(event)
    proposal.slot.delete()
    proposal = again(proposal)
    assert (proposal.state, proposal.event, proposal.talk.agreed_at) == ("accepted", None, None)
    assert about(proposal) == []
    assert Proposal.objects.owed().get() == proposal
    proposal.release()
    assert about(proposal) == ["speakers/taken_off"]


def test_the_page_of_an_evening_deletes_a_place_and_keeps_its_talk(client, call, event):
    proposal = talk_on(event)
    slot = proposal.slot
    client.force_login(call.series.organizers.get().user)
    page = f"/admin/meetups/event/{event.pk}/change/"
    form = client.get(page).context["adminform"].form
    data = {name: form.initial.get(name) or "" for name in form.fields}
    data |= {"date": "2026-12-10", "time": "19:00"}
    data |= {
        "slots-TOTAL_FORMS": 1, "slots-INITIAL_FORMS": 1, "slots-0-id": slot.pk,
        "slots-0-event": event.pk, "slots-0-kind": "talk", "slots-0-minutes": 20,
        "slots-0-position": 0, "slots-0-DELETE": "on",
        "pictures-TOTAL_FORMS": 0, "pictures-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = client.post(page, data)
    assert answer.status_code == 302, answer.context["errors"]
    assert not event.slots.exists()
    assert (again(proposal).state, again(proposal).event) == ("accepted", None)


@pytest.mark.parametrize("state", ["confirmed", "accepted"])
def test_a_talk_whose_draft_evening_is_deleted_goes_back_and_she_is_told(call, state):
    event = make_event(call.series, status="draft")
    proposal = talk_on(event, state)
    event.delete()
    proposal = again(proposal)
    assert (proposal.state, proposal.event) == ("accepted", None)
    assert about(proposal) == ["speakers/evening_cancelled"]
    assert proposal.release() == 0


def test_who_still_believes_in_an_evening_that_is_deleted_is_told_what_holds(call):
    event = make_event(call.series, status="draft")
    proposal = talk_on(event, "accepted")
    proposal.take_off()
    event.delete()
    assert about(proposal) == ["speakers/taken_off"]


def test_a_talk_written_in_by_hand_stays_when_its_place_goes(event):
    proposal = talk_on(event)
    talk = proposal.talk
    type(talk).objects.filter(pk=talk.pk).update(proposal=None)
    event.slots.get().delete()
    talk.refresh_from_db()
    assert (talk.slot, talk.agreed_at is None) == (None, False)
