"""What organizers decide, by buttons: what happens, who hears of it and when (O8, lesson 4)."""

import pytest
from django.contrib.admin.models import LogEntry
from django.forms import model_to_dict

from outbox.models import Delivery
from speakers.forms.by_hand import ProposalTextForm
from speakers.models import Proposal
from tests.admin.pages import change_url, errors_of, form_of, save
from tests.builders import make_call, make_contact, make_event, make_proposal, make_slot
from tests.owed import letters
from tests.speakers.admin_pages import browser_of, page, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call()


@pytest.fixture
def client(call):
    return browser_of(call.series)


def of(proposal):
    return letters(about=f"proposal:{proposal.pk}")


def do(browser, proposal, verb, **data):
    """Press the button, fill in, and press again; the proposal as it is then."""
    answer = browser.post(page(proposal, verb), data)
    assert answer.status_code == 302, answer.context["form"].errors
    return Proposal.objects.get(pk=proposal.pk)


@pytest.mark.parametrize(
    ("state", "verb", "data", "becomes", "letter"),
    [
        ("submitted", "accept", {}, "accepted", "speakers/accepted"),
        ("submitted", "reserve", {"notice_days": 3}, "reserve", "speakers/reserve"),
        ("submitted", "decline", {"because": "Too short."}, "declined", "speakers/declined"),
        ("declined", "reopen", {}, "submitted", "speakers/reopened"),
        ("confirmed", "take-off", {}, "accepted", "speakers/taken_off"),
    ],
)
def test_a_decision_is_told_with_the_box_and_only_then(
    call, client, state, verb, data, becomes, letter
):
    quiet, told = make_proposal(call, state), make_proposal(call, state)

    assert do(client, quiet, verb, **data).state == becomes
    assert do(client, told, verb, tell="on", **data).state == becomes

    assert of(quiet) == []
    assert of(told) == [letter]


def test_the_fields_of_a_verb_are_kept(call, client):
    reserve = do(client, make_proposal(call), "reserve", notice_days="7")
    declined = do(client, make_proposal(call), "decline", because="We had one on it in May.")
    assert reserve.notice_days == 7
    assert declined.because == "We had one on it in May."


def test_a_refusal_is_a_sentence_on_the_form(call, client):
    withdrawn = make_proposal(call, "withdrawn")
    answer = client.post(page(withdrawn, "accept"))
    assert errors_of(answer) == [
        "The speaker took this proposal back. Only they can propose it again."
    ]


def test_a_talk_is_placed_on_a_free_place_of_a_coming_evening(call, client):
    event = make_event(call.series)
    slot = make_slot(event, kind="talk")
    proposal = make_proposal(call, "accepted")

    placed = do(client, proposal, "place", where=f"slot-{slot.pk}")

    assert (placed.state, placed.event) == ("accepted", event)
    assert of(placed) == []
    assert do(client, placed, "tell").told_event == event
    assert of(placed) == ["speakers/offered"]


def test_a_new_place_at_the_end_has_the_minutes_of_the_format(call, client):
    event = make_event(call.series)
    make_slot(event, kind="talk")
    proposal = make_proposal(call, "accepted")
    Proposal.objects.update(format=call.formats.get(minutes=5))

    placed = do(client, proposal, "place", where=f"event-{event.pk}")

    assert (placed.slot.minutes, placed.slot.position) == (5, 1)
    assert event.slots.count() == 2


def test_a_refused_placing_leaves_no_place_behind(call, client):
    event = make_event(call.series)
    withdrawn = make_proposal(call, "withdrawn")
    client.post(page(withdrawn, "place"), {"where": f"event-{event.pk}"})
    assert not event.slots.exists()


def test_whoever_has_said_yes_already_is_confirmed_at_once(call, client):
    slot = make_slot(make_event(call.series), kind="talk")
    proposal = make_proposal(call)

    placed = do(client, proposal, "place", where=f"slot-{slot.pk}", agreed="on", tell="on")

    assert placed.state == "confirmed"
    assert of(placed) == ["speakers/confirmed"]


def test_a_yes_by_phone_is_noted(call, client):
    slot = make_slot(make_event(call.series), kind="talk")
    proposal = make_proposal(call, "accepted", slot=slot)
    assert do(client, proposal, "agreed").state == "confirmed"


def test_moved_to_another_evening_it_keeps_one_place_and_its_history(call, client):
    old, new = (make_slot(make_event(call.series), kind="talk") for _ in range(2))
    proposal = make_proposal(call, "confirmed", slot=old)

    moved = do(client, proposal, "place", where=f"slot-{new.pk}")

    assert (moved.state, moved.event) == ("accepted", new.event)
    old.refresh_from_db()
    assert not hasattr(old, "talk")
    text = text_of(client, page(moved))
    assert old.event.title in text
    assert new.event.title in text


def test_places_that_are_taken_over_cancelled_or_of_others_are_no_choice(call, client):
    taken = make_proposal(call, "confirmed").slot
    cancelled = make_slot(make_event(call.series, status="cancelled"), kind="talk")
    foreign = make_slot(make_event(), kind="talk")
    proposal = make_proposal(call, "accepted")
    for slot in [taken, cancelled, foreign]:
        for where in [f"slot-{slot.pk}", "slot-x", "event-0", ""]:
            answer = client.post(page(proposal, "place"), {"where": where})
            assert answer.status_code == 200
            assert errors_of(answer)
    proposal.refresh_from_db()
    assert proposal.event is None


def test_withdrawn_for_the_speaker_she_reads_it_and_the_place_is_free(call, client):
    proposal = make_proposal(call, "confirmed")
    slot = proposal.slot

    assert do(client, proposal, "withdraw", note="called us").state == "withdrawn"

    slot.refresh_from_db()
    assert not hasattr(slot, "talk")
    assert of(proposal) == ["speakers/withdrawn"]


def test_the_page_says_what_she_was_told_and_what_she_does_not_know(call, client):
    proposal = make_proposal(call)
    proposal.accept()
    text = text_of(client, page(proposal))
    assert "<strong>received, to be answered</strong>" in text
    assert "<strong>accepted, without an evening yet</strong>" in text


def test_telling_a_speaker_without_an_address_is_noted_and_writes_nothing(call, client):
    proposal = make_proposal(call)
    proposal.parts.update(contact=None)
    proposal.accept()
    assert "you told them yourself" in text_of(client, page(proposal, "tell"))

    assert do(client, proposal, "tell").told_state == "accepted"

    assert not Delivery.objects.exists()


def test_every_verb_is_written_down_with_who_did_it(call, client):
    proposal = do(client, make_proposal(call), "accept")
    assert LogEntry.objects.get().user == client.user
    assert proposal.steps.latest("pk").by == client.user


def test_all_who_do_not_know_are_told_at_once_but_for_those_unticked(call, client):
    yes, no, kept, known = (make_proposal(call) for _ in range(4))
    yes.accept()
    no.decline()
    kept.accept()
    url = f"/admin/speakers/call/{call.pk}/tell/"
    assert set(form_of(client, url)["whom"]) == {str(p.pk) for p in [yes, no, kept]}

    answer = client.post(url, {"whom": [yes.pk, no.pk]}, follow=True)

    assert "2 people are written to." in answer.content.decode()
    assert (of(yes), of(no)) == (["speakers/accepted"], ["speakers/declined"])
    assert (of(kept), of(known)) == ([], [])


def test_somebody_who_was_told_meanwhile_is_not_told_twice(call, client):
    proposal = make_proposal(call)
    proposal.accept()
    proposal.release()
    answer = client.post(f"/admin/speakers/call/{call.pk}/tell/", {"whom": [proposal.pk]})
    assert answer.status_code < 500
    assert of(proposal) == ["speakers/accepted"]


def test_texts_are_put_right_and_the_talk_follows(call, client):
    proposal = make_proposal(call, "accepted", title="Qeues")

    assert save(client, page(proposal), title="Queues", notice_days="4").status_code == 302

    proposal = Proposal.objects.get(pk=proposal.pk)
    assert (proposal.title, proposal.notice_days, proposal.state) == ("Queues", 4, "accepted")
    assert proposal.talk.title == "Queues"


def test_a_talk_with_words_of_its_own_keeps_them(call, client):
    proposal = make_proposal(call, "accepted", title="Queues")
    type(proposal.talk).objects.update(title="Queues, the evening's version")
    save(client, page(proposal), title="All queues")
    assert Proposal.objects.get().talk.title == "Queues, the evening's version"


def test_words_that_others_changed_meanwhile_stay_and_are_shown(call):
    proposal = make_proposal(call, title="Qeues", abstract="Old")
    before = model_to_dict(proposal)
    with proposal.locked() as fresh:
        fresh.rewrite({"abstract": "New"})

    form = ProposalTextForm(before | {"title": "Queues"}, instance=proposal)
    assert form.is_valid(), form.errors
    form.save_texts()

    found = Proposal.objects.get()
    assert (found.title, found.abstract, found.abstract_html) == ("Queues", "New", "<p>New</p>\n")


def test_the_talk_of_a_reopened_proposal_says_what_its_speaker_changed(call):
    proposal = make_proposal(call, title="Queues")
    for verb in ("accept", "decline", "reopen"):
        getattr(proposal, verb)()
    with proposal.locked() as fresh:
        fresh.rewrite({"title": "All queues"})
    proposal.accept()
    assert Proposal.objects.get().talk.title == "All queues"


def test_a_state_that_is_posted_is_not_read(call, client):
    proposal = make_proposal(call)
    save(client, page(proposal), state="accepted", told_state="accepted", rev="99")
    proposal.refresh_from_db()
    assert proposal.state == "submitted"


def test_the_place_and_speakers_of_a_proposals_talk_are_not_edited_by_hand(call, client):
    proposal = make_proposal(call, "confirmed", contact=make_contact(name="Zoya"))
    other = make_slot(make_event(call.series), kind="talk")

    save(client, change_url(proposal.talk), slot=str(other.pk), names="Somebody Else")

    proposal = Proposal.objects.get(pk=proposal.pk)
    assert proposal.slot != other
    assert [speaker.name for speaker in proposal.talk.speakers.all()] == ["Zoya"]


def test_a_speakers_page_shows_her_talks_and_proposals(call, client):
    proposal = make_proposal(call, title="An idea of hers")
    assert "An idea of hers" in text_of(client, change_url(proposal.parts.get().speaker))


@pytest.mark.parametrize(
    "verb",
    ["accept", "place", "agreed", "reserve", "decline", "reopen", "tell", "take-off", "withdraw"],
)
def test_a_reviewer_decides_nothing(call, verb):
    proposal = make_proposal(call)
    reviewer = browser_of(call.series, "reviewer")
    assert reviewer.post(page(proposal, verb)).status_code == 404
    proposal.refresh_from_db()
    assert proposal.state == "submitted"
