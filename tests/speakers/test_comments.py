"""Words on the slides: both sides read them, and each hears of the other's once an hour."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from outbox.letters import compose
from outbox.models import Delivery
from speakers.models import Comment
from tests.builders import make_contact, make_organizer, make_proposal, make_speaker
from tests.owed import letters
from tests.speakers.pdfs import PDF, upload, url_of

NOON = datetime(2026, 12, 1, 12, 5, tzinfo=UTC)


@pytest.fixture
def proposal(db, time_machine):
    time_machine.move_to(NOON)
    return make_proposal(state="confirmed", title="Stairs")


@pytest.fixture
def organizer(proposal):
    return make_organizer(proposal.call.series, "organizer", name="Olga Organizer")


@pytest.fixture
def desk(organizer):
    browser = Client()
    browser.force_login(organizer)
    return browser


def say(browser, proposal, text, **fields):
    url = f"/admin/speakers/talk/{proposal.talk.pk}/comment/"
    return browser.post(url, {"text": text, **fields})


def answer(client, proposal, text):
    return client.post(url_of(proposal, "comments/"), {"text": text})


def test_a_word_of_the_organizers_stands_beside_its_version(client, desk, proposal):
    upload(client, proposal)
    draft = proposal.talk.drafts.get()

    assert say(desk, proposal, "Fewer words, <b>please</b>.", version=draft.pk).status_code == 302

    page = client.get(url_of(proposal)).content.decode()
    assert "Fewer words, &lt;b&gt;please&lt;/b&gt;." in page
    assert "The organizers" in page
    assert "on version 1" in page
    assert letters(about=f"proposal:{proposal.pk}") == ["speakers/commented"]


def test_no_organizer_and_no_reviewer_is_named_to_the_speaker(client, desk, proposal, organizer):
    reviewer = make_organizer(proposal.call.series, "reviewer", name="Rita Reviewer")
    say(desk, proposal, "Fewer words.")
    Comment.objects.create(talk=proposal.talk, user=reviewer, text="Mine.")

    page = client.get(url_of(proposal)).content.decode()

    for user in (organizer, reviewer):
        assert user.name not in page
        assert user.email not in page
    letter = Delivery.objects.get(template="speakers/commented")
    assert organizer.name not in compose(letter.template, letter.context).text


def test_an_answer_is_read_in_the_admin_and_told_to_those_who_run_the_series(
    client, desk, proposal, organizer
):
    make_organizer(proposal.call.series, "reviewer")
    make_organizer(proposal.call.series, "door")

    assert answer(client, proposal, "I have cut three slides.").status_code == 302

    page = desk.get(f"/admin/speakers/talk/{proposal.talk.pk}/change/").content.decode()
    assert "I have cut three slides." in page
    told = Delivery.objects.filter(template="speakers/commented_organizers")
    assert [letter.address for letter in told] == [organizer.email]
    letter = compose(told.get().template, told.get().context)
    assert letter.subject == f"{proposal.parts.get()} on the slides: Stairs"
    assert f"/admin/speakers/talk/{proposal.talk.pk}/change/" in letter.text
    assert "three slides" not in letter.text


def test_all_speakers_of_the_talk_are_told_and_read_each_other(client, desk, proposal):
    contact = make_contact(name="Eva")
    speaker = make_speaker(proposal.call.series, "Eva", contact=contact)
    other = proposal.parts.create(contact=contact, speaker=speaker, accepted_at=NOON)
    answer(client, proposal, "From me.")
    say(desk, proposal, "To both.")

    assert letters(template="speakers/commented") == ["speakers/commented"] * 2
    page = client.get(f"/proposals/{other.token}/slides/").content.decode()
    assert "From me." in page
    assert str(proposal.parts.get(is_author=True)) in page


def test_at_most_one_mail_for_a_talk_and_an_hour_each_way_and_none_is_lost(
    client, desk, proposal, time_machine
):
    def told(template):
        found = Delivery.objects.filter(template=template).order_by("not_before")
        return [f"{letter.not_before:%H:%M}" for letter in found]

    for _ in range(4):
        say(desk, proposal, "A word.")
        answer(client, proposal, "An answer.")
    assert told("speakers/commented") == ["12:05", "13:00"]
    assert told("speakers/commented_organizers") == ["12:05", "13:00"]

    time_machine.move_to(NOON + timedelta(hours=1))
    say(desk, proposal, "One more.")
    assert told("speakers/commented") == ["12:05", "13:00", "14:00"]

    time_machine.move_to(NOON + timedelta(hours=5, minutes=2))
    say(desk, proposal, "Much later.")
    assert told("speakers/commented") == ["12:05", "13:00", "14:00", "17:07"]


def test_the_mail_says_whose_slides_and_where_to_answer(desk, proposal):
    say(desk, proposal, "Secret <script>.")

    letter = Delivery.objects.get(template="speakers/commented")
    mail = compose(letter.template, letter.context)

    assert mail.subject == "A word on your slides: Stairs"
    assert f"http://testserver{url_of(proposal)}" in mail.text
    assert "script" not in mail.text
    assert mail.attachments == ()


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "a\x00b"])
def test_an_answer_that_cannot_be_kept_is_asked_for_again(client, proposal, text):
    page = answer(client, proposal, text)
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert not Comment.objects.exists()


def test_who_is_not_accepted_says_nothing_here(client, db):
    for state in ("submitted", "declined", "withdrawn"):
        assert answer(client, make_proposal(state=state), "Hello?").status_code == 302
    assert client.post(f"/proposals/{'A' * 22}/comments/", {"text": "x"}).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_who_only_looks_writes_nothing_to_speakers(proposal, role):
    browser = Client()
    browser.force_login(make_organizer(proposal.call.series, role))
    assert say(browser, proposal, "From a reviewer.").status_code == 404
    assert not Comment.objects.exists()


def test_another_series_neither_reads_nor_writes(proposal):
    Comment.objects.create(talk=proposal.talk, text="zebrafish", part=proposal.parts.get())
    browser = Client()
    browser.force_login(make_organizer(make_proposal(state="confirmed").call.series))
    for page in ("change", "comment", "slides"):
        url = f"/admin/speakers/talk/{proposal.talk.pk}/{page}/"
        assert browser.get(url).status_code == 404
        assert browser.post(url, {"text": "x"}).status_code == 404
    assert Comment.objects.count() == 1


def test_a_version_of_another_talk_is_no_choice(client, desk, proposal):
    other = make_proposal(proposal.call, "confirmed")
    upload(client, other)
    page = say(desk, proposal, "About that.", version=other.talk.drafts.get().pk)
    assert page.status_code == 200
    assert not Comment.objects.exists()


def test_a_talk_written_in_by_hand_takes_no_words_for_nobody(desk, proposal):
    talk = proposal.talk
    talk.proposal = None
    talk.save()
    page = desk.get(f"/admin/speakers/talk/{talk.pk}/change/").content.decode()
    assert f"/admin/speakers/talk/{talk.pk}/comment/" not in page


def test_organizers_choose_which_version_is_shown(client, desk, proposal):
    for _ in range(2):
        upload(client, proposal)
    proposal.consent(proposal.parts.get(), "public")
    second = proposal.talk.drafts.get(version=2)
    url = f"/admin/speakers/talk/{proposal.talk.pk}/slides/"

    assert desk.post(url, {"version": second.pk}).status_code == 302
    assert proposal.talk.drafts.published().get() == second
    assert b"".join(client.get(f"/talks/{proposal.talk.slug}/slides.pdf")) == PDF

    assert desk.post(url, {"version": ""}).status_code == 302
    assert not proposal.talk.drafts.published().exists()
    assert client.get(f"/talks/{proposal.talk.slug}/slides.pdf").status_code == 404


def test_the_page_of_many_words_asks_no_more_often(
    client, desk, proposal, django_assert_max_num_queries
):  # noqa: E501
    for _ in range(20):
        Comment.objects.create(talk=proposal.talk, text="A word.", part=proposal.parts.get())
    with django_assert_max_num_queries(12):
        client.get(url_of(proposal))
