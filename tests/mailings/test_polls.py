""" "Does this annoy you?": asked now and then; above a threshold a channel rests (need 84)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from mailings.models import Opinion, Rest
from mailings.reach import reach
from mailings.sending import start_due
from mailings.templatetags.annoyance import annoyed_url, asks_now
from outbox.models import Delivery
from outbox.stencils import Stencil
from people.tokens import unsubscribe_token
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_series,
    make_wave,
)
from tests.owed import let_go
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _by_day():
    with time_machine.travel("2026-12-01T12:00:00Z"):
        yield


@pytest.fixture
def series():
    return make_series("minsk", name="Minsk Python")


@pytest.fixture
def program():
    return Client(enforce_csrf_checks=True)


def page_of(contact, series):
    return f"/u/{unsubscribe_token(contact.pk, series.realm)}/annoyed/"


def say(series, yes=0, no=0, line=None, channel="email"):
    for annoyed in [True] * yes + [False] * no:
        Opinion.objects.say(make_contact(), series, line, channel, annoyed)


def test_everybody_is_asked_in_two_months_of_a_year():
    links = [f"http://testserver/u/{unsubscribe_token(pk, 'series:1')}/" for pk in range(300)]
    asked = dict.fromkeys(links, 0)
    monthly = []
    for month in range(1, 13):
        with time_machine.travel(f"2027-{month:02}-15T12:00:00Z"):
            now = [link for link in links if asks_now(link)]
            monthly.append(len(now))
            for link in now:
                asked[link] += 1
    assert set(asked.values()) == {2}
    assert min(monthly) > 20
    assert not asks_now("")


def test_the_question_stands_in_the_letters_of_those_whose_turn_it_is(series):
    for number in range(30):
        make_follower(series, make_contact(f"f-{number}@example.org"))
    make_wave(make_event(series, starts="2026-12-10T19:00"))
    assert start_due() == 30
    letters = list(Delivery.objects.select_related("batch"))
    asked = [one for one in letters if "Does this annoy you?" in one.render().text]
    assert asked == [one for one in letters if asks_now(one.unsubscribe_url)]
    assert 0 < len(asked) < 30
    for one in asked:
        assert annoyed_url(one.unsubscribe_url) in one.render().html


def test_a_stencil_asks_the_same_people(series):
    for number in range(30):
        make_follower(series, make_contact(f"f-{number}@example.org"))
    make_wave(make_event(series, starts="2026-12-10T19:00"))
    start_due()
    letters = list(Delivery.objects.select_related("batch"))
    stencil = Stencil.fitting(letters[0])
    assert [stencil.fill(one) for one in letters] == [one.render() for one in letters]


def test_looking_is_not_answering(program, series):
    contact = make_contact()
    for look in (program.get, program.head):
        answer = look(page_of(contact, series))
        assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert program.post(page_of(contact, series), {"answer": "maybe"}).status_code == 200
    assert Opinion.objects.count() == 0


def test_an_answer_is_about_the_news_that_asked(program, series):
    web = make_line(series, "web")
    contact = make_follower(series).member.contact
    make_wave(make_event(series, starts="2026-12-10T19:00", line=web))
    start_due()
    let_go()
    page = program.post(page_of(contact, series), {"answer": "yes"})
    assert (page.status_code, "Thank you for saying so" in page.content.decode()) == (200, True)
    said = Opinion.objects.get()
    assert (said.contact, said.line, said.channel, said.annoyed, said.half) == (
        contact,
        web,
        "email",
        True,
        "2026-2",
    )


def test_a_second_answer_takes_the_place_of_the_first_until_the_next_half_year(program, series):
    contact = make_contact()
    program.post(page_of(contact, series), {"answer": "yes"})
    program.post(page_of(contact, series), {"answer": "no"})
    assert [said.annoyed for said in Opinion.objects.all()] == [False]
    with time_machine.travel("2027-01-02T12:00:00Z"):
        program.post(page_of(contact, series), {"answer": "yes"})
    assert sorted(Opinion.objects.values_list("half", "annoyed")) == [
        ("2026-2", False),
        ("2027-1", True),
    ]


def test_of_two_answers_within_half_a_year_the_later_counts(series):
    contact = make_contact()
    Opinion.objects.say(contact, series, None, "email", annoyed=True)
    with time_machine.travel("2027-01-02T12:00:00Z"):
        Opinion.objects.say(contact, series, None, "email", annoyed=False)
        assert Opinion.objects.counts(series, None, "email") == (1, 0)


@pytest.mark.parametrize(
    ("yes", "no", "rests"),
    [(2, 8, False), (3, 7, True), (9, 0, False), (10, 0, True), (4, 16, False), (5, 16, True)],
)
def test_a_channel_rests_above_a_fifth_of_at_least_ten(series, yes, no, rests):
    say(series, no=no)
    say(series, yes=yes)
    assert Rest.objects.now().exists() == rests


def test_a_rest_holds_the_channel_back_for_that_line_only(series):
    web, data = make_line(series, "web"), make_line(series, "data")
    make_follower(series)
    say(series, yes=10, line=web)
    about_web = make_wave(make_event(series, starts="2026-12-10T19:00", line=web))
    about_data = make_wave(make_event(series, starts="2026-12-11T19:00", line=data))
    assert reach(about_web) == {("email", "resting"): 1}
    assert reach(about_data) == {("email", ""): 1}


def test_what_was_waiting_on_the_resting_channel_is_taken_back(series):
    web = make_line(series, "web")
    make_follower(series)
    make_wave(make_event(series, starts="2026-12-10T19:00", line=web))
    start_due()
    say(series, yes=10, line=web)
    assert Delivery.objects.get().state == "cancelled"


def test_calls_are_asked_about_by_whoever_calls(series):
    say(series, yes=10, channel="voice")
    assert Rest.objects.channels(series, None) == {"voice"}


def test_old_answers_do_not_count(series):
    say(series, yes=9)
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        say(series, yes=1)
        assert not Rest.objects.exists()


def test_after_a_rest_was_lifted_only_new_answers_count(series):
    say(series, yes=10)
    rest = Rest.objects.now().get()
    assert (rest.asked, rest.annoyed) == (10, 10)
    rest.lift()
    say(series, yes=1)
    assert not Rest.objects.now().exists()
    say(series, yes=9)
    assert Rest.objects.now().count() == 1


def test_ten_answers_at_once_make_one_rest(transactional_db, series):
    people = [make_contact() for _n in range(12)]
    in_threads(12, lambda n: Opinion.objects.say(people[n], series, None, "email", annoyed=True))
    assert Rest.objects.now().count() == 1


@pytest.mark.parametrize("token", ["x", "1.2", "MTpzZXJpZXM6MQ.AAAAAAAAAAAAAAAAAAAAAA"])
def test_a_forged_link_asks_nobody(program, token):
    assert program.get(f"/u/{token}/annoyed/").status_code == 404
    assert program.post(f"/u/{token}/annoyed/", {"answer": "yes"}).status_code == 404


def test_the_question_is_in_her_language(program, series):
    contact = make_contact(language="ru")
    assert '<html lang="ru"' in program.get(page_of(contact, series)).content.decode()
