"""A speaker's list: everything she proposed, as she was told of it, and what is asked of her."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from people.models import Contact
from speakers.models import Proof
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_proposal,
    make_series,
    make_slot,
    make_user,
)
from tests.owed import letters
from tests.speakers.proposing import prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call(make_series(slug="x"))


@pytest.fixture
def ada():
    return make_contact("ada@example.org", "Ada")


def listed(client):
    return client.get("/talks/mine/").content.decode()


# Who she is


def test_a_stranger_is_asked_for_her_address(client):
    page = listed(client)
    assert 'autocomplete="email"' in page
    assert "Send me a code" in page


@pytest.mark.parametrize("known", [False, True])
def test_every_address_is_sent_a_code_and_answered_alike(client, call, ada, known):
    make_proposal(call, contact=ada)
    address = "ada@example.org" if known else "eve@example.org"
    answer = client.post("/talks/mine/", {"email": address})
    assert (answer.status_code, answer["Location"]) == (302, "/talks/code/")
    assert letters(address=address) == ["speakers/code"]
    assert len(client.get("/talks/code/").content) == len(code_page_of("zoe@example.org"))


def code_page_of(address):
    other = Client()
    other.post("/talks/mine/", {"email": address})
    return other.get("/talks/code/").content


def test_an_address_without_proposals_comes_to_an_empty_list(client):
    assert prove(client, "new@example.org")["Location"] == "/talks/mine/"
    assert "There is nothing yet" in listed(client)


@pytest.mark.parametrize("typed", ["", "ada", "ada@", "a\x00@x.org", "a" * 300 + "@x.org"])
def test_what_is_no_address_is_refused_with_a_sentence(client, typed):
    answer = client.post("/talks/mine/", {"email": typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Proof.objects.exists()


def test_codes_to_an_address_are_limited(client):
    answers = [client.post("/talks/mine/", {"email": "a@x.org"}) for _each in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]


def test_a_user_with_a_verified_address_needs_no_code(client, call, ada):
    make_proposal(call, contact=ada, title="Seen at once")
    client.force_login(make_user("ada@example.org"))
    assert "Seen at once" in listed(client)


def test_an_address_a_user_did_not_verify_proves_nothing(client, call, ada):
    make_proposal(call, contact=ada, title="Not for her")
    user = make_user("ada@example.org")
    user.emailaddress_set.update(verified=False)
    client.force_login(user)
    assert "Send me a code" in listed(client)


def test_looking_makes_no_contact_of_a_user(client):
    client.force_login(make_user("org@example.org"))
    assert "There is nothing yet" in listed(client)
    assert not Contact.objects.exists()


def test_signing_out_forgets_who_she_is(client, call, ada):
    prove(client)
    client.post("/talks/mine/", {"leave": "1"})
    assert "Send me a code" in listed(client)
    assert "speaker" not in client.session


def test_the_list_is_kept_nowhere_and_its_address_stays(client, ada):
    prove(client)
    answer = client.get("/talks/mine/")
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"


# What it says


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("draft", "A draft. Nobody sees it before you send it in."),
        ("submitted", "With us. You hear from us by"),
        ("accepted", "Accepted. We look for an evening and ask you first."),
        ("confirmed", "Settled: you speak on"),
        ("reserve", "In reserve: if somebody cannot come, we ask you."),
        ("declined", "Not this time."),
        ("withdrawn", "You took it back."),
    ],
)
def test_each_state_is_told_in_words(client, call, ada, state, said):
    make_proposal(call, state, ada)
    prove(client)
    assert said in listed(client)


def test_what_was_decided_but_not_told_is_not_in_it(client, call, ada):
    proposal = make_proposal(call, contact=ada)
    proposal.decline("Too long")
    prove(client)
    assert "With us. You hear from us by" in listed(client)
    assert "Not this time" not in listed(client)


def test_an_answer_past_its_day_is_excused(client, call, ada, time_machine):
    make_proposal(call, contact=ada)
    time_machine.move_to(timezone.now() + timedelta(days=20))
    prove(client)
    assert "Our answer is late" in listed(client)


def test_an_offered_evening_asks_for_her_yes(client, call, ada):
    slot = make_slot(make_event(call.series), kind="talk")
    part = make_proposal(call, "accepted", ada, slot).parts.get()
    prove(client)
    page = listed(client)
    assert "We would like to have you on" in page
    assert f"/proposals/{part.token}/evening/" in page


def test_what_is_to_be_prepared_next_stands_there(client, call, ada):
    make_proposal(call, "confirmed", ada)
    prove(client)
    assert "profile: photo and a few words" in listed(client)


def test_each_line_leads_to_its_own_page_and_a_draft_to_its_form(client, call, ada):
    part = make_proposal(call, contact=ada).parts.get()
    draft = make_proposal(call, "draft", ada)
    make_proposal(call, title="Of somebody else")
    prove(client)
    page = listed(client)
    assert f'href="/proposals/{part.token}/"' in page
    assert f'href="/talks/drafts/{draft.draft_token}/"' in page
    assert "Of somebody else" not in page


def test_a_title_is_never_markup(client, call, ada):
    make_proposal(call, contact=ada, title="<b>bold</b> & long " + "я" * 200)
    prove(client)
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; long" in listed(client)


def test_the_list_asks_the_same_for_many(client, call, ada, django_assert_num_queries):
    for state in ("draft", "submitted", "accepted", "confirmed", "reserve"):
        make_proposal(call, state, ada)
    prove(client)
    with django_assert_num_queries(5):
        listed(client)
    for state in ("draft", "submitted", "accepted", "confirmed", "reserve", "declined"):
        make_proposal(call, state, ada)
    with django_assert_num_queries(5):
        listed(client)
