"""Adding people one after the other, and how far a topic is from its first evening (O30)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from mailings.audiences import followers
from meetups.contact_book import READY, Readiness, person_in, readiness, tags_of
from meetups.models import Member, Subscription
from outbox.models import Delivery
from people.models import Contact
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_member,
    make_organizer,
    make_series,
    make_wave,
)

pytestmark = pytest.mark.django_db

PAGE = "/admin/meetups/member/quick/"


@pytest.fixture
def series():
    return make_series("minsk")


@pytest.fixture
def phone(series):
    browser = Client()
    browser.force_login(make_organizer(series))
    return browser


def write_down(phone, person, tag="Rust", source="PyCon"):
    return phone.post(PAGE, {"person": person, "tag": tag, "source": source}, follow=True)


@pytest.mark.parametrize(
    ("line", "person"),
    [
        ("Ada Lovelace ada@example.org", ("Ada Lovelace", "ada@example.org")),
        ("ada@example.org Ada", ("Ada", "ada@example.org")),
        ("Ada <Ada@Example.ORG>", ("Ada", "Ada@example.org")),
        ("Ада Лавлейс, ada@example.org.", ("Ада Лавлейс", "ada@example.org")),
        ("ada@example.org", ("", "ada@example.org")),
    ],
)
def test_one_line_is_enough_for_name_and_address(line, person):
    assert person_in(line) == person


@pytest.mark.parametrize(
    "line",
    [
        "", "Ada", "a@b.org c@d.org", "ada@", "ada@home", "www.spam.example a@b.org",
        "x" * 300 + " a@b.org", "Ada\x00 a@b.org", "\u202eada a@b.org",
    ],
)  # fmt: skip
def test_a_line_that_is_no_person_is_refused_with_a_sentence(line):
    with pytest.raises(ValidationError):
        person_in(line)


def test_a_person_is_in_the_book_and_the_tag_stays_for_the_next_one(series, phone):
    page = write_down(phone, "Ada Lovelace ada@example.org")
    member = Member.objects.get(series=series)
    assert (str(member), member.contact.email) == ("Ada Lovelace", "ada@example.org")
    assert (member.tags, member.source) == ("Rust", "PyCon")
    assert "Ada Lovelace is in the book. 1 person this week." in page.content.decode()
    form = page.context["form"]
    assert (form["tag"].value(), form["source"].value()) == ("Rust", "PyCon")
    assert form["person"].value() is None


def test_who_is_there_already_gets_the_tag_and_keeps_her_name(series, phone):
    member = make_member(series, make_contact("ada@example.org", "Ada"), tags="speaker, Go")
    write_down(phone, "Somebody ada@example.org", tag="Rust")
    page = write_down(phone, "ADA@example.org", tag="rust")
    member.refresh_from_db()
    assert (member.tags, str(member)) == ("speaker, Go, Rust", "Ada")
    assert "was in the book already" in page.content.decode()
    assert Contact.objects.count() == 1


def test_no_odd_line_breaks_the_form(phone):
    for odd in ["", "\x00", "x" * 10_000, "a@b", "a,b@c.org,d@e.org", "<b>a@b.org</b>://"]:
        for name in ["person", "tag", "source"]:
            data = {"person": "Ada a@b.org", "tag": "Rust", "source": ""} | {name: odd}
            assert phone.post(PAGE, data).status_code < 400
    for query in ["?series=0", "?series=x", "?series=" + "9" * 30]:
        assert phone.get(f"{PAGE}{query}").status_code == 404
    assert Member.objects.count() == 1


def test_a_person_with_too_many_tags_is_told_so(series, phone):
    make_member(series, make_contact("ada@example.org"), tags="x" * 298)
    page = write_down(phone, "ada@example.org")
    assert "too many tags" in page.content.decode()


def test_no_consent_is_given_and_no_invitation_leaves(series, phone):
    write_down(phone, "Ada ada@example.org")
    wave = make_wave(make_event(series))
    assert not Subscription.objects.exists()
    assert not Delivery.objects.exists()
    assert not followers(wave).exists()
    assert "Being in the book is not consent" in phone.get(PAGE).content.decode()


def test_the_week_begins_on_monday_by_the_clocks_of_the_series(series, phone):
    monday = datetime(2026, 11, 16, 0, 30, tzinfo=ZoneInfo("Europe/Minsk"))
    with time_machine.travel(monday - timedelta(hours=1), tick=False):
        write_down(phone, "early@example.org")
    with time_machine.travel(monday, tick=False):
        write_down(phone, "monday@example.org")
    make_member(series)  # came by a registration, not by hand
    with time_machine.travel(monday + timedelta(days=5), tick=False):
        page = write_down(phone, "saturday@example.org")
    assert page.context["week"] == 2


def test_a_topic_is_ready_to_start_with_a_hundred_who_agreed(series, phone):
    line = make_line(series, name="Data")
    for n in range(READY):
        make_member(series, contact := make_contact(), tags="rust" if n else "Go, Rust")
        if n:
            make_follower(series, contact, line=None if n % 2 else line)
    make_follower(series, line=line, withdrawn_at=datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")))
    make_follower(series, line=line, confirmed_at=None)
    assert readiness(series) == [
        Readiness("Data", True, 99, 99),
        Readiness("Rust", False, 100, 99),
        Readiness("Go", False, 1, 0),
    ]
    assert "ready to start</strong>" not in phone.get(PAGE).content.decode()
    make_follower(series, Contact.objects.filter(memberships__tags="Go, Rust").get())
    assert [one.is_ready for one in readiness(series)] == [True, True, False]
    assert phone.get(PAGE).content.decode().count("ready to start</strong>") == 2


def test_the_page_asks_a_fixed_number_of_queries(series, phone, django_assert_max_num_queries):
    for _each in range(3):
        make_line(series)
        make_follower(series, make_member(series, tags="Go, Rust").contact)
        with django_assert_max_num_queries(14):
            phone.get(PAGE)


def test_tags_are_words_between_commas_each_once():
    assert tags_of(" Go, rust ,,Rust, go ") == ["Go", "rust"]


@pytest.mark.parametrize("role", ["door", "reviewer"])
def test_the_book_is_not_for_helpers(series, role):
    helper = Client()
    helper.force_login(make_organizer(series, role=role))
    assert helper.get(PAGE).status_code in {403, 404}
