"""What a speaker answers on her own pages: yes, no, I step in, I take it back, show it so."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetups.models import Event
from outbox.models import Delivery
from speakers.models import Consent, Offer, Part, Proposal
from tests.builders import make_call, make_event, make_organizer, make_proposal, make_slot
from tests.owed import letters
from tests.speakers.pages import author, link, page, text_of
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db):
    call = make_call()
    make_organizer(call.series)
    return call


@pytest.fixture
def offered(call):
    """A proposal whose speaker was asked for an evening."""
    return make_proposal(call, "accepted", slot=make_slot(make_event(call.series), kind="talk"))


def asked_to_step_in(call, count=1):
    """Reserves that are all asked for one free place."""
    event = make_event(call.series, starts_in=timedelta(days=10))
    slot = make_slot(event, kind="talk")
    reserves = [make_proposal(call, "reserve") for _ in range(count)]
    Offer.objects.offer(slot)
    for offer in Offer.objects.filter(state="waiting"):
        offer.ask()
    Delivery.objects.all().delete()
    return slot, reserves


def test_a_yes_settles_the_evening_and_a_second_one_changes_nothing(client, offered):
    part = author(offered)

    for _ in range(2):
        answer = client.post(link(part, "evening"), {"answer": "yes"})
        assert answer["Location"] == link(part)

    offered.refresh_from_db()
    assert offered.state == "confirmed"
    assert letters(about=f"proposal:{offered.pk}") == ["speakers/confirmed"]


def test_a_no_frees_the_place_and_tells_the_organizers_once_why(client, offered):
    part, slot = author(offered), offered.slot

    for _ in range(2):
        answer = client.post(link(part, "evening"), {"answer": "no", "note": "I am abroad"})
        assert answer["Location"] == link(part)

    offered = Proposal.objects.get(pk=offered.pk)
    assert (offered.state, offered.event) == ("accepted", None)
    (told,) = Delivery.objects.filter(template="speakers/dropped_out")
    assert told.context["note"] == "I am abroad"
    assert "Your talk is accepted" in page(client, part)
    slot.refresh_from_db()
    assert getattr(slot, "talk", None) is None


def test_who_said_yes_may_still_say_no(client, offered):
    offered.confirm()
    part = author(offered)
    assert "You cannot come after all?" in page(client, part, "evening")

    client.post(link(part, "evening"), {"answer": "no"})

    offered.refresh_from_db()
    assert (offered.state, offered.event) == ("accepted", None)


@pytest.mark.parametrize("answer", ["", "maybe", "YES", "yes\x00"])
def test_anything_but_yes_or_no_is_no_answer(client, offered, answer):
    assert client.post(link(author(offered), "evening"), {"answer": answer}).status_code == 400
    offered.refresh_from_db()
    assert offered.state == "accepted"


def test_a_cancelled_evening_asks_for_nothing(client, offered):
    part = author(offered)
    Event.objects.update(status="cancelled")

    assert "This evening is cancelled" in page(client, part, "evening")
    assert client.post(link(part, "evening"), {"answer": "yes"}).status_code == 409
    offered.refresh_from_db()
    assert offered.state == "accepted"


def test_an_evening_that_is_over_asks_for_nothing(client, offered, time_machine):
    part = author(offered)
    time_machine.move_to(offered.event.ends_at + timedelta(minutes=1))

    assert "This evening is over" in page(client, part, "evening")
    assert client.post(link(part, "evening"), {"answer": "yes"}).status_code == 409
    assert client.post(link(part, "evening"), {"answer": "no"}).status_code == 409


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answer_to_an_evening_that_is_being_changed_tells_nothing(client, call, answer):
    proposal = make_proposal(call, "accepted", slot=make_slot(make_event(call.series), kind="talk"))
    other = make_event(call.series, title="Untold evening")
    proposal.place(make_slot(other, kind="talk"))
    part = author(proposal)

    answer = client.post(link(part, "evening"), {"answer": answer}, follow=True)

    assert "The plan of this evening is being changed just now." in text_of(answer)
    assert "Untold" not in text_of(answer)
    proposal.refresh_from_db()
    assert proposal.event == other


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_answer_to_an_evening_she_did_not_read_of_is_asked_once_more(client, offered, answer):
    part, seen = author(offered), offered.event.about
    assert f'name="about" value="{seen}"' in client.get(link(part, "evening")).content.decode()
    offered.place(make_slot(make_event(offered.call.series), kind="talk"))
    offered.release()

    late = client.post(link(part, "evening"), {"answer": answer, "about": seen})

    assert late.status_code == 409
    assert "The evening has changed since you opened this page." in text_of(late)
    offered = Proposal.objects.get(pk=offered.pk)
    assert (offered.state, offered.slot is None) == ("accepted", False)
    client.post(link(part, "evening"), {"answer": "yes", "about": offered.event.about})
    offered.refresh_from_db()
    assert offered.state == "confirmed"


def test_a_reserve_whose_page_shows_an_old_date_is_asked_once_more(client, call):
    slot, (reserve,) = asked_to_step_in(call)
    part, offer, seen = author(reserve), Offer.objects.get(), slot.event.about
    slot.event.move(slot.event.date + timedelta(days=1))

    late = client.post(link(part, "step_in", offer.pk), {"answer": "yes", "about": seen})

    assert late.status_code == 409
    offer.refresh_from_db()
    assert offer.state == "asked"
    slot.event.refresh_from_db()
    client.post(link(part, "step_in", offer.pk), {"answer": "yes", "about": slot.event.about})
    offer.refresh_from_db()
    assert offer.state == "taken"


def test_taking_it_back_asks_first_and_says_what_follows(client, offered):
    offered.confirm()
    part = author(offered)
    assert "free for somebody else at once" in page(client, part, "withdraw")

    client.post(link(part, "withdraw"), {"note": "A new job"})

    offered = Proposal.objects.get(pk=offered.pk)
    assert (offered.state, offered.event) == ("withdrawn", None)
    assert offered.steps.last().note == "A new job"
    assert letters(template="speakers/dropped_out") == ["speakers/dropped_out"]
    assert client.post(link(part, "withdraw")).status_code == 409
    assert "You took it back already." in page(client, part, "withdraw")


def test_only_its_author_takes_it_back(client, offered):
    guest = Part.objects.invite(offered, "guest@example.org")
    guest.accept("Guest")

    assert "Only its author" in page(client, guest, "withdraw")
    assert client.post(link(guest, "withdraw")).status_code == 409
    offered.refresh_from_db()
    assert offered.state == "accepted"


def test_whoever_steps_in_has_the_place(client, call):
    slot, (reserve,) = asked_to_step_in(call)
    part, offer = author(reserve), reserve.offers.get()
    assert "A place is free for you" in page(client, part)
    assert "Yes, I step in" in page(client, part, "step_in", offer.pk)

    for _ in range(2):
        client.post(link(part, "step_in", offer.pk), {"answer": "yes"})

    reserve = Proposal.objects.get(pk=reserve.pk)
    assert (reserve.state, reserve.slot) == ("confirmed", slot)
    assert letters(about=f"proposal:{reserve.pk}") == ["speakers/confirmed"]
    assert "The place is yours" in page(client, part, "step_in", offer.pk)


def test_a_no_to_stepping_in_keeps_her_in_reserve(client, call):
    _slot, (reserve,) = asked_to_step_in(call)
    part, offer = author(reserve), reserve.offers.get()

    for _ in range(2):
        client.post(link(part, "step_in", offer.pk), {"answer": "no"})

    reserve.refresh_from_db()
    assert reserve.state == "reserve"
    assert "You said no" in page(client, part, "step_in", offer.pk)
    assert "A place is free for you" not in page(client, part)


def test_who_comes_second_reads_a_kind_sentence(client, call):
    _slot, (first, second) = asked_to_step_in(call, 2)
    first.offers.get().take()
    part, offer = author(second), second.offers.get()

    answer = client.post(link(part, "step_in", offer.pk), {"answer": "yes"}, follow=True)

    assert "This place is no longer free. You stay in our reserve." in text_of(answer)
    assert "This place is no longer free" in text_of(answer)


def test_an_offer_to_somebody_else_or_not_made_yet_is_not_found(client, call):
    _slot, (first, second) = asked_to_step_in(call, 2)
    waiting = Offer.objects.filter(proposal=second)
    waiting.update(state="waiting", asked_at=None)

    for who, pk in [
        (first, second.offers.get().pk),
        (second, second.offers.get().pk),
        (first, 10**17),
    ]:
        assert client.get(link(author(who), "step_in", pk)).status_code == 404
        assert client.post(link(author(who), "step_in", pk), {"answer": "yes"}).status_code == 404
    assert Proposal.objects.filter(state="confirmed").count() == 0


@pytest.mark.django_db(transaction=True)
def test_yes_and_yes_in_the_same_second_are_one_yes(transactional_db, client):
    proposal = make_proposal(
        call := make_call(), "accepted", slot=make_slot(make_event(call.series), kind="talk")
    )
    part = author(proposal)

    def say_yes(_number):
        return client.__class__().post(link(part, "evening"), {"answer": "yes"}).status_code

    assert in_threads(2, say_yes) == [302, 302]
    assert letters(about=f"proposal:{proposal.pk}") == ["speakers/confirmed"]


def test_what_may_be_shown_is_kept_as_evidence_and_followed_at_once(client, offered):
    offered.confirm()
    part = author(offered)

    def say(**answer):
        return client.post(link(part, "consent"), answer)

    say(visibility="link", licence="CC BY 4.0")
    say(visibility="link", licence="CC BY 4.0")  # pressed twice
    say(visibility="attendees", licence="own", words="Ask me first <b>")

    kept = list(Consent.objects.values_list("visibility", "licence", "text_version"))
    assert kept == [
        ("link", "CC BY 4.0", "2026-11"),
        ("attendees", "Ask me first <b>", "2026-11"),
    ]
    talk = Proposal.objects.get(pk=offered.pk).talk
    assert (talk.visibility, talk.licence) == ("attendees", "Ask me first <b>")
    text = page(client, part, "consent")
    assert "By link only · Others may use it if they name me (CC BY 4.0)" in text
    assert "For those who came · Ask me first <b>" in text


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"visibility": "everywhere"},
        {"visibility": "public", "licence": "WTFPL"},
        {"visibility": "public", "licence": "own", "words": " "},
        {"visibility": "public", "licence": "own", "words": "x" * 201},
        {"visibility": "public", "licence": "own", "words": "a\x00b"},
    ],
)
def test_an_answer_that_says_nothing_is_not_kept(client, offered, answer):
    answer = client.post(link(author(offered), "consent"), answer)

    assert answer.status_code == 200
    assert "Please look at this once more" in text_of(answer)
    assert not Consent.objects.exists()


def test_nothing_is_allowed_of_a_talk_that_is_not_given(client):
    part = author(make_proposal(state="declined"))

    assert client.post(link(part, "consent"), {"visibility": "public"}).status_code == 409
    assert not Consent.objects.exists()


def test_a_late_answer_to_a_late_offer_is_refused_kindly(client, call, time_machine):
    slot, (reserve,) = asked_to_step_in(call)
    part, offer = author(reserve), reserve.offers.get()
    time_machine.move_to(slot.event.starts_at + timedelta(minutes=1))

    answer = client.post(link(part, "step_in", offer.pk), {"answer": "yes"}, follow=True)

    assert "This evening does not take place any more." in text_of(answer)
    assert timezone.now() > slot.event.starts_at
    reserve.refresh_from_db()
    assert reserve.state == "reserve"
