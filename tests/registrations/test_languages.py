"""The page of a seat speaks the language in which its holder is written to."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from registrations.circles.rounds import make_round
from registrations.models import DoorKey, Registration
from tests.builders import make_contact, make_event, make_registration, make_series

pytestmark = pytest.mark.django_db

LATIN_WORD = re.compile(r"[A-Za-z]{3,}")
STATES = ["pending", "going", "waiting", "offered", "expired", "cancelled"]
VERBS = ["", "cancel/", "coming/", "confirm/", "circle/", "my-data/", "erase/"]


def make_seat(state="going"):
    """Of somebody who reads Russian, with nothing of ours in Latin letters around it."""
    series = make_series(name="Минск", language="be")
    event = make_event(series, title="Вечер 61", capacity=1)
    anna = make_contact("a@b.by", "Анна", language="ru-RU")
    return make_registration(event, state, contact=anna)


@pytest.fixture
def seat():
    return make_seat()


def words_of(answer):
    """What the page shows inside `main`, without its markup and codes; never nothing."""
    main = (
        answer.content.decode()
        .partition('<main id="main" tabindex="-1">')[2]
        .partition("</main>")[0]
    )
    no_words = r"<script.*?</script>|<strong translate=\"no\">.*?</strong>|<[^>]*>"
    words = " ".join(re.sub(no_words, " ", main, flags=re.S).split())
    assert words
    return words


@pytest.mark.parametrize("page", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_no_english_is_left_on_the_page_of_a_seat(state, page):
    seat = make_seat(state)

    answer = Client().get(f"{seat.get_absolute_url()}{page}")

    assert answer.status_code == 200
    assert '<html lang="ru"' in answer.content.decode()
    assert [w for w in LATIN_WORD.findall(words_of(answer)) if w not in seat.contact.email] == []


def test_no_english_is_left_where_a_guest_changes_contests_and_answers(seat):
    seat.event.series.questions.create(text="Откуда вы?", kind="choice", choices="Минск\nВитебск")
    past = make_event(seat.event.series, title="Вечер 60", starts_in=timedelta(days=-7))
    missed = make_registration(past, contact=seat.contact)
    Registration.objects.filter(pk=missed.pk).update(came=False)
    seat.event.guests_allowed = 2
    seat.event.save()

    pages = [
        Client().post(f"{seat.get_absolute_url()}change/", {"guests": "9"}),
        Client().post(f"{missed.get_absolute_url()}contest/", {"words": ""}),
        Client().post(f"{seat.get_absolute_url()}erase/"),
        Client().get(f"{seat.get_absolute_url()}questions/"),
    ]

    for page in pages:
        assert [w for w in LATIN_WORD.findall(words_of(page)) if w not in seat.contact.email] == []


@pytest.mark.parametrize("kind", DoorKey.Kind.values)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "ended"])
def test_what_hangs_at_the_entrance_speaks_the_language_of_the_series(kind, is_open):
    event = make_event(make_series(name="Минск", language="ru"), title="Вечер 61")
    key = DoorKey.objects.make(event, kind)
    if not is_open:
        key.end()

    answer = Client().get(key.get_absolute_url())

    assert '<html lang="ru"' in answer.content.decode()
    assert set(LATIN_WORD.findall(words_of(answer))) <= {"JavaScript"}


def test_tickets_and_circles_speak_the_language_of_their_holder():
    event = make_event(make_series(name="Минск"), title="Вечер 61", starts_in=timedelta(minutes=5))
    seats = [
        make_registration(event, contact=make_contact(name=name, language="ru"), mixes=True)
        for name in ("Анна", "Вера", "Ада")
    ]
    Registration.objects.update(came=True, arrived_at=timezone.now())
    make_round(event)

    for url in (f"/t/{seats[0].ticket}/", f"{seats[0].get_absolute_url()}circle/"):
        assert LATIN_WORD.findall(words_of(Client().get(url))) == []


def test_the_page_where_she_says_what_she_wants_to_hear_is_in_her_language(seat):
    url = f"/events/{seat.event.slug}/voice/{seat.token}/"

    answer = Client().post(url, {"wish": "Очереди"}, follow=True)

    assert "Спасибо! Здесь это можно изменить в любой момент." in words_of(answer)
    assert LATIN_WORD.findall(words_of(answer)) == []


def test_what_was_done_is_said_in_the_same_language(seat):
    answer = Client().post(f"{seat.get_absolute_url()}cancel/", follow=True)

    assert "Место теперь свободно для других. Спасибо, что сказали." in words_of(answer)
    seat.refresh_from_db()
    assert seat.state == "cancelled"


def test_who_waits_reads_her_place_in_line(seat):
    waiting = make_registration(
        seat.event, "waiting", contact=make_contact(name="李雷", language="zh-CN")
    )

    answer = Client().get(waiting.get_absolute_url())

    assert "你排在第1位" in words_of(answer)
    assert '<html lang="zh-hans"' in answer.content.decode()


def test_the_next_page_of_the_same_browser_is_english_again(seat):
    client = Client()
    client.get(seat.get_absolute_url())

    assert '<html lang="en"' in client.get("/").content.decode()
