"""Speaking with somebody: asked by one mail, in it after her own yes, once (T07, lesson 21)."""

from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction

from meetups.models import Refused
from outbox.letters import compose
from outbox.models import Delivery
from people.models import Contact
from speakers.models import Part, Proposal, Speaker
from speakers.models.speaker import SpeakerQuerySet
from tests.builders import make_call, make_contact, make_proposal, make_speaker
from tests.owed import keys
from tests.speakers.pages import author, link, page, text_of
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


def invite(client, proposal, email):
    return client.post(link(author(proposal), "co_speakers"), {"email": email}, follow=True)


def test_one_letter_to_whoever_is_named(client):
    proposal = make_proposal(title="Cats: a love story")

    for _ in range(2):
        invite(client, proposal, "Guest@Example.org")

    part = proposal.parts.get(is_author=False)
    assert keys(template="speakers/invited") == [f"part:{part.pk}:invited"]
    assert (part.accepted_at, part.speaker) == (None, None)


def test_the_answer_is_the_same_whether_or_not_we_know_the_address(client):
    contact = make_contact("Known@example.org", name="Famous Name")
    make_speaker(make_call().series, "Famous Name", contact=contact)
    known, unknown = make_proposal(title="Same"), make_proposal(title="Same")

    first = text_of(invite(client, known, "known@example.org"))
    second = text_of(invite(client, unknown, "other@example.org"))

    for proposal in (known, unknown):
        first = first.replace(str(author(proposal)), "Me").replace(proposal.call.series.name, "S")
        second = second.replace(str(author(proposal)), "Me").replace(proposal.call.series.name, "S")
    assert first.replace("known@", "x@") == second.replace("other@", "x@")
    assert "Famous" not in first
    assert "Famous" not in page(client, author(known))


def test_the_letter_says_who_and_what_and_nothing_a_program_would_make_a_link_of(client):
    proposal = make_proposal(title="Prizes at www.evil.example", abstract="http://evil.example")
    speaker = author(proposal).speaker
    speaker.name = "Ann"
    speaker.save()
    invite(client, proposal, "guest@example.org")
    (owed,) = Delivery.objects.filter(template="speakers/invited")

    letter = compose(owed.template, owed.context)

    assert letter.subject == f"Ann would like to speak with you at {proposal.call.series.name}"
    assert "evil" not in letter.text + letter.html + letter.subject
    part = proposal.parts.get(is_author=False)
    assert link(part, "part") in letter.text


def test_three_besides_the_author_are_enough(client):
    proposal = make_proposal()
    for number in range(3):
        invite(client, proposal, f"guest{number}@example.org")

    answer = invite(client, proposal, "guest3@example.org")

    assert "Three people besides you are enough" in text_of(answer)
    assert proposal.parts.count() == 4
    assert len(keys(template="speakers/invited")) == 3


def test_one_speaker_writes_to_six_strangers_a_day_at_most(client):
    contact = make_contact()
    proposals = [make_proposal(contact=contact) for _ in range(3)]
    answers = [
        invite(client, proposals[number // 3], f"guest{number}@example.org").status_code
        for number in range(7)
    ]

    assert answers == [200] * 6 + [429]
    assert len(keys(template="speakers/invited")) == 6


def test_one_address_is_asked_three_times_a_day_at_most_by_anybody(client):
    answers = [invite(client, make_proposal(), "guest@example.org").status_code for _ in range(4)]

    assert answers == [200] * 3 + [429]


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a\x00@example.org", "x" * 250 + "@a.org"])
def test_what_is_no_address_is_said_and_written_nowhere(client, email):
    proposal = make_proposal()

    answer = invite(client, proposal, email)

    assert answer.status_code == 200
    assert "Please look at this once more" in text_of(answer)
    assert proposal.parts.count() == 1


def test_an_invitation_nobody_answered_can_be_taken_back(client):
    proposal = make_proposal()
    invite(client, proposal, "guest@example.org")
    part = proposal.parts.get(is_author=False)

    client.post(link(author(proposal), "co_speakers"), {"part": part.pk})

    assert proposal.parts.count() == 1
    assert client.get(link(part, "part")).status_code == 404
    assert Delivery.objects.get(template="speakers/invited").state == "cancelled"


def test_nobody_is_removed_who_said_yes_nor_anybody_of_another_talk(client):
    proposal, other = make_proposal(), make_proposal()
    guest = Part.objects.invite(proposal, "guest@example.org")
    guest.accept("Guest")
    stranger = Part.objects.invite(other, "stranger@example.org")

    for pk in (guest.pk, author(proposal).pk, stranger.pk, "x", "9" * 30, ""):
        client.post(link(author(proposal), "co_speakers"), {"part": pk})

    assert Part.objects.count() == 4


def test_only_the_author_asks(client):
    proposal = make_proposal()
    guest = Part.objects.invite(proposal, "guest@example.org")
    guest.accept("Guest")

    assert client.get(link(guest, "co_speakers")).status_code == 404
    assert client.post(link(guest, "co_speakers"), {"email": "x@example.org"}).status_code == 404


def test_a_yes_makes_her_a_speaker_of_the_series_with_the_name_she_gives(client):
    proposal = make_proposal(state="accepted", title="Ours", abstract="About *us*")
    guest = Part.objects.invite(proposal, "guest@example.org")
    seen = page(client, guest, "part")
    assert "Ours" in seen
    assert "About us" in seen
    assert str(author(proposal)) in seen

    answer = client.post(link(guest, "part"), {"answer": "yes", "name": "Гость Гостев"})

    assert answer["Location"] == link(guest)
    guest.refresh_from_db()
    assert guest.accepted_at
    assert (guest.speaker.name, guest.speaker.contact) == ("Гость Гостев", guest.contact)
    assert list(guest.speaker.series.all()) == [proposal.call.series]
    assert set(proposal.talk.speakers.all()) == {author(proposal).speaker, guest.speaker}
    assert "Гость Гостев" in page(client, author(proposal))


@pytest.mark.parametrize("name", ["", "<b>", "www.evil.example", "a\nb", "x" * 201, "a\x00"])
def test_a_name_that_is_none_is_asked_for_again(client, name):
    guest = Part.objects.invite(make_proposal(), "guest@example.org")

    answer = client.post(link(guest, "part"), {"answer": "yes", "name": name})

    assert answer.status_code == 200
    guest.refresh_from_db()
    assert guest.accepted_at is None


def test_a_known_person_keeps_her_one_profile(client):
    contact = make_contact("guest@example.org", name="Known")
    speaker = make_speaker(make_call().series, "Known on Stage", contact=contact)
    guest = Part.objects.invite(make_proposal(), "GUEST@example.org")
    assert "Your name" not in page(client, guest, "part")

    client.post(link(guest, "part"), {"answer": "yes", "name": "Somebody Else"})

    guest.refresh_from_db()
    assert guest.speaker == speaker
    assert (guest.speaker.name, Speaker.objects.filter(contact=contact).count()) == (
        "Known on Stage",
        1,
    )


def test_a_no_is_kept_so_that_nobody_asks_again(client):
    proposal = make_proposal()
    guest = Part.objects.invite(proposal, "guest@example.org")

    client.post(link(guest, "part"), {"answer": "no"})
    Delivery.objects.all().delete()
    invite(client, proposal, "guest@example.org")

    assert not Delivery.objects.exists()
    assert "said no" in page(client, author(proposal), "co_speakers")
    assert "You said no" in page(client, guest, "part")
    client.post(link(guest, "part"), {"answer": "yes", "name": "Guest"})
    guest.refresh_from_db()
    assert (guest.declined_at, bool(guest.accepted_at)) == (None, True)


def test_of_a_talk_that_was_taken_back_there_is_nothing_to_answer(client):
    proposal = make_proposal()
    guest = Part.objects.invite(proposal, "guest@example.org")
    proposal.withdraw()

    assert "There is nothing to answer any more" in page(client, guest, "part")
    answer = client.post(link(guest, "part"), {"answer": "yes", "name": "Guest"})
    assert answer.status_code == 409
    guest.refresh_from_db()
    assert guest.accepted_at is None


def test_nobody_is_asked_for_a_talk_that_was_declined(client):
    answer = invite(client, make_proposal(state="declined"), "guest@example.org")

    assert answer.status_code == 409
    assert not Contact.objects.filter(email="guest@example.org").exists()


def accepted_at_once(guest):
    """How many of two yeses in the same second were new."""

    def say_yes(_number):
        return Part.objects.get(pk=guest.pk).accept("Guest")

    return sum(in_threads(2, say_yes))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_run", range(5))
def test_two_yeses_at_once_are_one(transactional_db, _run):
    guest = Part.objects.invite(make_proposal(state="accepted"), "guest@example.org")

    assert accepted_at_once(guest) == 1
    assert Speaker.objects.filter(contact__email="guest@example.org").count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_yeses_count_twice(transactional_db, monkeypatch):
    @contextmanager
    def at_leisure(proposal, *_events):
        with transaction.atomic():
            yield Proposal.objects.select_related("call__series").get(pk=proposal.pk)

    held = Part._held

    def looked_at(part):
        return Part.objects.select_related("contact", "speaker").get(pk=part.pk)

    guests = [Part.objects.invite(make_proposal(), f"g{n}@example.org") for n in range(20)]
    monkeypatch.setattr(Proposal, "locked", at_leisure)
    monkeypatch.setattr(Part, "_held", looked_at)

    assert held is not looked_at
    assert max(accepted_at_once(guest) for guest in guests) == 2


@pytest.mark.django_db(transaction=True)
def test_one_profile_also_when_two_talks_ask_for_it_at_once(transactional_db):
    series = make_call().series
    contacts = [make_contact(name="Guest") for _ in range(10)]

    for contact in contacts:
        made = in_threads(
            2, lambda _n, c=contact: Speaker.objects.for_contact(c, "Guest", series).pk
        )
        assert len(set(made)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_second_look_one_of_the_two_fails(transactional_db, monkeypatch):
    series = make_call().series
    contacts = [make_contact(name="Guest") for _ in range(20)]
    monkeypatch.setattr(
        SpeakerQuerySet, "_add", lambda rows, contact, name: rows.create(contact=contact, name=name)
    )

    def race():
        for contact in contacts:
            in_threads(2, lambda _n, c=contact: Speaker.objects.for_contact(c, "Guest", series))

    with pytest.raises(IntegrityError):
        race()


@pytest.mark.django_db(transaction=True)
def test_a_fourth_is_not_asked_by_two_windows_at_once(transactional_db):
    proposal = make_proposal()
    for number in range(2):
        Part.objects.invite(proposal, f"guest{number}@example.org")

    def ask(number):
        try:
            Part.objects.invite(proposal, f"late{number}@example.org")
        except Refused:
            return "refused"
        return "asked"

    assert sorted(in_threads(2, ask)) == ["asked", "refused"]
    assert proposal.parts.count() == 4
