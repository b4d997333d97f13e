"""One proposes a talk by one form, without an account (needs 88, 89; T50, T51)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from outbox.models import Delivery
from people.models import Contact
from speakers.models import Proposal, Speaker
from tests.builders import make_call, make_contact, make_proposal, make_series
from tests.owed import letters
from tests.speakers.proposing import TYPED, code_to, propose, prove, save
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call(make_series(slug="x", name="Minsk Python"))


def test_a_stranger_proposes_with_a_code_and_no_account(client, call):
    answer = propose(client, call, is_first_talk="on", visibility="link", licence="CC BY 4.0")
    assert (answer.status_code, answer["Location"]) == (302, "/talks/code/")
    draft = Proposal.objects.get()
    assert (draft.state, draft.by_name, draft.by_email) == (
        "draft", "Ada Lovelace", "ada@example.org",
    )  # fmt: skip
    assert not Contact.objects.exists()
    assert letters() == ["speakers/code"]

    answer = client.post("/talks/code/", {"code": code_to()})

    part = draft.parts.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/proposals/{part.token}/")
    draft.refresh_from_db()
    assert (draft.state, draft.is_first_talk, draft.origin) == ("submitted", True, "call")
    assert draft.format.name == "Talk"
    assert part.speaker.name == "Ada Lovelace"
    assert part.contact.email == "ada@example.org"
    consent = part.consents.get()
    assert (consent.visibility, consent.licence, bool(consent.text_version)) == (
        "link", "CC BY 4.0", True,
    )  # fmt: skip
    assert letters() == ["speakers/code", "speakers/received"]


@pytest.mark.parametrize("field", ["name", "email", "title", "abstract"])
def test_what_is_needed_and_missing_is_asked_for_with_a_sentence(client, call, field):
    answer = propose(client, call, **{field: " "})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert not Proposal.objects.exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", "https://evil.example"),
        ("name", "Ada\nBcc: eve@example.org"),
        ("name", "A" * 201),
        ("email", "ada"),
        ("email", "a" * 255 + "@example.org"),
        ("title", "A" * 301),
        ("title", "A\x00"),
        ("abstract", "A" * 20_001),
        ("notes", "A" * 5001),
        ("notice_days", "-1"),
        ("notice_days", "366"),
        ("notice_days", "9" * 50),
        ("notice_days", "soon"),
        ("format", "0"),
        ("format", "9" * 50),
        ("level", "gods"),
        ("visibility", "moon"),
        ("licence", "mine"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(client, call, field, typed):
    answer = propose(client, call, **{field: typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {field}
    assert not Proposal.objects.exists()


def test_what_a_stranger_writes_is_never_markup(client, call):
    propose(client, call, abstract="<script>alert(1)</script>\n\n[x](javascript:alert(1))")
    draft = Proposal.objects.get()
    assert "<script" not in draft.abstract_html
    assert "javascript:" not in draft.abstract_html.replace("[x](javascript:alert(1))", "")
    page = client.get(f"/talks/drafts/{draft.draft_token}/").content.decode()
    assert "<script>alert" not in page


def test_nothing_a_stranger_typed_stands_in_the_mail_with_the_code(client, call):
    propose(client, call, name="Call 555 now", title="You won a prize at evil.example")
    letter = Delivery.objects.get().render()
    assert "555" not in letter.text + letter.subject
    assert "prize" not in letter.text + letter.subject


def test_a_line_break_in_a_title_is_a_blank(client, call):
    propose(client, call, title="One\r\nBcc: eve@example.org")
    assert Proposal.objects.get().title == "One Bcc: eve@example.org"


def test_a_program_that_fills_every_field_gets_nothing_but_the_usual_answer(client, call):
    answer = propose(client, call, website="https://evil.example")
    assert (answer.status_code, answer["Location"]) == (302, "/talks/code/")
    assert not Proposal.objects.exists()
    assert letters() == []


def test_a_form_of_one_format_does_not_ask_for_it(client, call):
    call.formats.last().delete()
    assert "How long?" not in client.get("/series/x/talks/new/").content.decode()
    propose(client, call)
    assert Proposal.objects.get().format == call.formats.get()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_closed_call_says_so(client, call, method, time_machine):
    call.closes_on = timezone.now().date()
    call.save()
    time_machine.move_to(timezone.now() + timedelta(days=2))
    answer = getattr(client, method)(f"/series/x/talks/new/?call={call.slug}", TYPED)
    assert answer.status_code == {"get": 200, "post": 409}[method]
    assert "This call is closed" in answer.content.decode()
    assert not Proposal.objects.exists()


def test_a_call_nobody_knows_is_not_there(client, call):
    assert client.get("/series/x/talks/new/?call=nowhere").status_code == 404
    other = make_call(slug="elsewhere")
    assert client.get(f"/series/x/talks/new/?call={other.slug}").status_code == 404


def test_the_form_costs_few_queries(client, call, django_assert_max_num_queries):
    with django_assert_max_num_queries(15):
        assert propose(client, call).status_code == 302


# What is told


def answer_of(client, call, email):
    """Everything a stranger can see of an answer, but its secrets."""
    answer = propose(client, call, email=email)
    page = client.get(answer["Location"])
    wrong = client.post("/talks/code/", {"code": "x"})
    return (
        answer.status_code,
        answer["Location"],
        sorted(answer.headers),
        sorted(answer.cookies),
        len(answer.content),
        page.status_code,
        len(page.content),
        wrong.status_code,
        len(wrong.content),
    )


@pytest.mark.parametrize("known", ["contact", "draft", "submitted", "confirmed", "declined"])
def test_a_known_address_is_answered_like_an_unknown_one(call, known):
    contact = make_contact("known@x.org")
    if known != "contact":
        make_proposal(call, known, contact)
    stranger = answer_of(Client(), call, "other@x.org")
    assert answer_of(Client(), call, "known@x.org") == stranger
    assert letters(address="known@x.org") == letters(address="other@x.org") == ["speakers/code"]


def test_what_a_stranger_types_changes_nobodys_profile(call):
    make_proposal(call, contact=make_contact("known@x.org", "Ada"))
    browser = Client()
    propose(browser, call, email="known@x.org", name="Eve")
    assert Contact.objects.get().name == "Ada"
    browser.post("/talks/code/", {"code": code_to("known@x.org")})
    assert (Contact.objects.get().name, Speaker.objects.get().name) == ("Ada", "Ada")


# Limits


def test_an_address_is_sent_five_codes_an_hour(client, call):
    answers = [propose(client, call, email=email) for email in ["a@x.org"] * 4 + ["A@X.ORG"] * 2]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert propose(client, call, email="b@x.org").status_code == 302


def test_a_client_may_begin_sixty_drafts_in_ten_minutes(client, call):
    answers = [save(client, title=f"Talk {n}").status_code for n in range(61)]
    assert answers == [200] * 60 + [429]
    assert Proposal.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_a_click_too_many_sends_one_talk_also_without_script():
    call = make_call()
    client = Client()
    prove(client)

    def click(number):
        mine = Client()
        mine.cookies = client.cookies.copy()
        return propose(mine, call).headers["Location"]

    pages = in_threads(2, click)

    assert pages[0] == pages[1]
    assert Proposal.objects.count() == 1
    assert propose(client, call, title="Another one").headers["Location"] != pages[0]
