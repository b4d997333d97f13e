"""A code by mail instead of an account: five tries, a quarter of an hour, once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from outbox.models import Delivery
from people.models import Contact
from speakers.models import Proof, Proposal, Speaker
from tests.builders import make_call, make_contact, make_series, make_speaker
from tests.owed import keys, letters
from tests.speakers.proposing import TYPED, code_to, propose, prove
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(db):
    return make_call(make_series(slug="x"))


def wrong_code():
    return "000000" if code_to() != "000000" else "111111"


def test_a_code_may_be_guessed_five_times(client, call):
    propose(client, call)
    right = code_to()
    for _each in range(5):
        answer = client.post("/talks/code/", {"code": wrong_code()})
        assert answer.status_code == 200
    assert "five times" in answer.content.decode()
    assert client.post("/talks/code/", {"code": right}).status_code == 200
    assert Proposal.objects.get().state == "draft"


def test_a_code_is_good_for_a_quarter_of_an_hour(client, call, time_machine):
    propose(client, call)
    right = code_to()
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    answer = client.post("/talks/code/", {"code": right})
    assert "older than a quarter of an hour" in answer.content.decode()
    client.post("/talks/code/", {"again": "1"})
    assert client.post("/talks/code/", {"code": code_to()}).status_code == 302


def test_a_new_code_takes_the_place_of_the_old(client, call, time_machine):
    propose(client, call)
    old = code_to()
    time_machine.move_to(timezone.now() + timedelta(seconds=1))
    assert client.post("/talks/code/", {"again": "1"})["Location"] == "/talks/code/"
    new = code_to()
    assert letters() == ["speakers/code"] * 2
    if old != new:
        assert client.post("/talks/code/", {"code": old}).status_code == 200
    assert client.post("/talks/code/", {"code": new}).status_code == 302


def test_new_codes_are_limited(client, call):
    propose(client, call)
    answers = [client.post("/talks/code/", {"again": "1"}).status_code for _each in range(5)]
    assert answers == [302] * 4 + [429]


@pytest.mark.parametrize("typed", ["", " ", "1" * 5000, "\x00", "１２３４５６", "abc", "\u202e123"])
def test_what_is_no_code_is_refused_with_a_sentence(client, call, typed):
    propose(client, call)
    answer = client.post("/talks/code/", {"code": typed})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()


def test_a_code_may_be_typed_with_blanks(client, call):
    propose(client, call)
    code = code_to()
    assert client.post("/talks/code/", {"code": f" {code[:3]} {code[3:]} "}).status_code == 302


def test_the_mail_with_the_code_is_of_the_house_and_goes_first(client, call):
    propose(client, call)
    mail = Delivery.objects.get()
    proof = Proof.objects.get()
    assert keys()[0].startswith(f"house:code:{proof.pk}:")
    assert mail.is_house
    assert (mail.priority, mail.message_class) == (0, "transactional")
    assert abs(mail.not_after - proof.expires_at) < timedelta(seconds=1)
    assert code_to() not in mail.render().subject


def test_the_database_keeps_no_code(client, call):
    propose(client, call)
    assert code_to() not in str(Proof.objects.values().get())


def test_with_the_code_the_session_changes_its_key(client, call):
    propose(client, call)
    before = client.session.session_key
    client.post("/talks/code/", {"code": code_to()})
    assert client.session.session_key != before
    assert client.session["speaker"] == Contact.objects.get().pk
    assert "proof" not in client.session


def test_a_code_opens_nothing_in_another_browser(client, call):
    propose(client, call)
    other = Client()
    assert other.get("/talks/code/")["Location"] == "/talks/mine/"
    assert other.post("/talks/code/", {"code": code_to()})["Location"] == "/talks/mine/"
    assert Proposal.objects.get().state == "draft"


def test_the_address_can_be_changed(client, call):
    propose(client, call, email="adda@example.org")
    draft = Proposal.objects.get()
    url = f"/talks/drafts/{draft.draft_token}/"
    assert url in client.get("/talks/code/").content.decode()
    client.post(url, TYPED)
    client.post("/talks/code/", {"code": code_to()})
    assert Contact.objects.get().email == "ada@example.org"
    assert Proposal.objects.get().state == "submitted"


def test_a_deadline_that_passed_meanwhile_leaves_the_draft_in_her_list(client, call, time_machine):
    call.closes_on = timezone.now().date() + timedelta(days=1)
    call.save()
    time_machine.move_to(call.closes_at - timedelta(minutes=2))
    propose(client, call)
    right = code_to()
    time_machine.move_to(call.closes_at + timedelta(minutes=2))

    answer = client.post("/talks/code/", {"code": right}, follow=True)

    assert answer.redirect_chain == [("/talks/mine/", 302)]
    page = answer.content.decode()
    assert "This call is closed." in page
    assert TYPED["title"] in page
    assert Proposal.objects.get().state == "draft"
    assert letters() == ["speakers/code"]


def test_one_person_has_one_profile(client, call):
    propose(client, call)
    client.post("/talks/code/", {"code": code_to()})
    other = Client()
    propose(other, call, title="Second", email="ADA@Example.ORG")
    other.post("/talks/code/", {"code": code_to("ADA@example.org")})
    assert Proposal.objects.filter(state="submitted").count() == 2
    assert (Contact.objects.count(), Speaker.objects.count()) == (1, 1)


def test_the_address_of_an_old_session_ends_with_a_new_one(client, call):
    prove(client, "eve@example.org")
    prove_again = Client()
    prove_again.cookies = client.cookies
    client.post("/talks/mine/", {"leave": "1"})
    prove(client, "ada@example.org")
    assert client.session["speaker"] == Contact.objects.get(email="ada@example.org").pk


def test_proofs_are_forgotten_after_a_day(client, call, time_machine):
    propose(client, call)
    time_machine.move_to(timezone.now() + timedelta(days=2))
    Proof.objects.forget()
    assert not Proof.objects.exists()
    assert client.get("/talks/code/")["Location"] == "/talks/mine/"


# At the same moment


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.django_db(transaction=True)
def test_a_code_clicked_twice_sends_in_once(transactional_db, known):
    call = make_call(make_series(slug="x"))
    if known:
        make_speaker(call.series, contact=make_contact("ada@example.org", "Ada"))
    first = Client()
    propose(first, call)
    code, cookie = code_to(), first.cookies["session"].value

    def click(_number):
        browser = Client()
        browser.cookies["session"] = cookie
        answer = browser.post("/talks/code/", {"code": code})
        return answer.status_code, answer["Location"]

    said = in_threads(4, click)

    page = Proposal.objects.get().parts.get().get_absolute_url()
    assert set(said) <= {(302, page), (302, "/talks/mine/")}
    assert (302, page) in said
    assert Proposal.objects.get().steps.filter(state="submitted").count() == 1
    assert letters() == ["speakers/code", "speakers/received"]
    assert Speaker.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_proofs_of_one_draft_send_in_once(transactional_db):
    call = make_call(make_series(slug="x"))
    propose(Client(), call)
    draft = Proposal.objects.get()
    browsers = [Client(), Client()]
    codes = []
    for browser, address in zip(browsers, ("ada@example.org", "eve@example.org"), strict=True):
        browser.post(f"/talks/drafts/{draft.draft_token}/", TYPED | {"email": address})
        codes.append(code_to(address))

    in_threads(2, lambda n: browsers[n].post("/talks/code/", {"code": codes[n]}).status_code)

    assert draft.parts.count() == 1
    assert letters(template="speakers/received") == ["speakers/received"]


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one(transactional_db):
    call = make_call(make_series(slug="x"))
    first = Client()
    propose(first, call)
    cookie, wrong = first.cookies["session"].value, wrong_code()

    def guess(_number):
        browser = Client()
        browser.cookies["session"] = cookie
        return browser.post("/talks/code/", {"code": wrong}).status_code

    in_threads(8, guess)

    assert Proof.objects.get().tries == 5
