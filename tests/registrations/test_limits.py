"""How often one may ask, what is told to whom, and that a lost Redis stops nobody."""

import threading
from datetime import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client, RequestFactory

from people.models import Contact
from registrations.limits import seconds_to_wait
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration
from tests.registrations.crowd import states

pytestmark = pytest.mark.django_db

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def at_the_full_hour():
    """Nobody has asked yet, and nobody will have to ask twice because an hour ends meanwhile."""
    cache.clear()
    with time_machine.travel(datetime.fromisoformat("2026-12-03T12:00:00+00:00")):
        yield
    cache.clear()


@pytest.fixture
def event():
    return make_event(slug="x")


def ask(client, number=0, email="", **headers):
    fields = {"name": "Ada", "email": email or f"guest-{number}@example.org"}
    return client.post("/events/x/register/", fields, **headers)


# Limits


def test_an_address_may_ask_three_times_an_hour(client, event):
    answers = [ask(client, email=email) for email in ("a@x.org", "A@X.org", "a@x.org.", "a@x.org")]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    assert ask(client, email="b@x.org").status_code == 302


def test_the_limit_of_an_address_is_for_one_evening(client, event):
    make_event(slug="y")
    for _each in range(4):
        last = ask(client)
    assert last.status_code == 429
    fields = {"name": "Ada", "email": "guest-0@example.org"}
    assert client.post("/events/y/register/", fields).status_code == 302


def test_after_the_hour_she_may_ask_again(client, event):
    for _each in range(4):
        last = ask(client)
    with time_machine.travel(
        datetime.fromisoformat("2026-12-03T12:00:00+00:00").timestamp()
        + int(last["Retry-After"])
        + 1
    ):
        assert ask(client).status_code == 302


def test_a_client_may_ask_three_hundred_times_in_ten_minutes(client, event):
    request = RequestFactory().post("/")
    waits = [seconds_to_wait(request, event, f"g-{number}@x.org") for number in range(301)]
    assert waits[:300] == [0] * 300
    assert 0 < waits[300] <= 600
    refused = ask(client)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 600
    assert ask(client, REMOTE_ADDR="10.0.0.7").status_code == 302


def test_the_scale_multiplies_every_limit(client, event, settings):
    settings.RATE_LIMIT_SCALE = 2
    assert [ask(client).status_code for _each in range(7)] == [302] * 6 + [429]


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_made_up_address_of_the_client_does_not_dodge_the_limit(client, event, header):
    for number in range(300):
        request = RequestFactory().post(
            "/", headers={header: f"10.1.{number // 250}.{number % 250}"}
        )
        assert seconds_to_wait(request, event, f"g-{number}@x.org") == 0
    assert ask(client, headers={header: "10.9.9.9"}).status_code == 429


def test_behind_a_proxy_of_ours_its_last_entry_is_the_client(client, event, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(300):
        passed_on = {"X-Forwarded-For": f"6.6.6.{number % 250}, 10.0.0.1"}
        request = RequestFactory().post("/", headers=passed_on)
        assert seconds_to_wait(request, event, f"g-{number}@x.org") == 0
    assert ask(client, headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.1"}).status_code == 429
    assert ask(client, headers={"X-Forwarded-For": "10.0.0.1, 10.0.0.2"}).status_code == 302


def test_past_the_limit_nothing_changes_and_the_page_says_when_to_come_back(client, event):
    make_event(slug="y")
    for _each in range(4):
        last = ask(client)
    assert Registration.objects.count() == 1
    assert "minute" in last.content.decode()


# What is told


def answer_of(client, email):
    """Everything a stranger can see of an answer, but its secrets and its time."""
    answer = client.post("/events/x/register/", {"name": "Ada", "email": email})
    page = client.get(answer["Location"])
    return (
        answer.status_code,
        answer["Location"],
        sorted(answer.headers),
        len(answer.content),
        len(page.content),
    )


@pytest.mark.parametrize("known", ["contact", "going", "waiting", "cancelled", "pending"])
@pytest.mark.parametrize("capacity", [0, 5])
def test_a_known_address_is_answered_like_an_unknown_one(event, known, capacity):
    contact = make_contact("known@x.org")
    if known != "contact":
        make_registration(event, known, contact)
    event.refresh_from_db()
    event.set_capacity(max(capacity, event.seats_taken))
    strangers = answer_of(Client(), "other@x.org")
    assert answer_of(Client(), "known@x.org") == strangers


def test_a_full_evening_is_answered_like_one_with_seats(event):
    with_seats = answer_of(Client(), "first@x.org")
    event.set_capacity(1)
    in_line = answer_of(Client(), "other@x.org")
    assert in_line[:4] == with_seats[:4]


def test_the_answer_never_holds_the_secret_link(client, event):
    answer = ask(client)
    token = Registration.objects.get().token
    page = client.get(answer["Location"])
    assert token not in answer["Location"] + answer.content.decode() + page.content.decode()
    assert all(token not in str(value) for value in answer.headers.values())


# When things are gone


@pytest.fixture
def no_redis(settings):
    settings.REDIS_URL = NOWHERE
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": NOWHERE}}


def test_without_redis_one_still_registers(client, event, no_redis):
    assert [ask(client).status_code for _each in range(4)] == [302] * 4
    assert states(event) == ["guest-0 going"]
    assert Contact.objects.count() == 1


def test_without_redis_the_pages_answer(client, event, no_redis):
    for path in ("/", "/events/x/", "/events/x/register/", f"/series/{event.series.slug}/"):
        assert client.get(path).status_code == 200


def test_a_redis_that_forgets_in_the_middle_of_counting_stops_nobody(event):
    request = RequestFactory().post("/")
    forgetful = threading.Event()

    def forget():
        while not forgetful.is_set():
            cache.clear()

    thread = threading.Thread(target=forget)
    thread.start()
    try:
        waits = {seconds_to_wait(request, event, f"g-{n}@x.org") for n in range(300)}
    finally:
        forgetful.set()
        thread.join()
    assert waits == {0}


@pytest.mark.django_db(transaction=True)
def test_who_meets_a_held_lock_is_told_to_come_back(transactional_db, event):
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")  # instead of the five seconds of the settings
    held, done = threading.Event(), threading.Event()

    def hold():
        with event.locked():
            held.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    try:
        answer = ask(Client())
    finally:
        done.set()
        thread.join()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert Registration.objects.count() == 0
    assert ask(Client()).status_code == 302
