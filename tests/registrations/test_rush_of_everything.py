"""A rush with offers, guests, requests and two modes: nothing breaks, nobody is lost."""

import random
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import F, Sum

from config.invariants import INVARIANTS
from meetups.models import Event, Refused
from outbox.models import Delivery
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration, make_series
from tests.crowd import post_all, web
from tests.threads import in_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

THREADS = 6


def broken_invariants():
    return {name: rows for name, check in INVARIANTS if (rows := check())}


def seats_given(event, mode):
    rows = event.registrations.seated().filter(mode=mode)
    return rows.aggregate(n=Sum(1 + F("guests"), default=0))["n"]


def test_six_hundred_with_guests_in_two_modes(tmp_path, transactional_db):
    event = make_event(mode="both", capacity=60, online_capacity=40, guests_allowed=2)
    chance = random.Random(61)
    forms = [
        {
            "name": "Ada",
            "email": f"guest-{number}@example.org",
            "mode": chance.choice(["onsite", "onsite", "online"]),
            "guests": str(chance.choice([0, 0, 0, 1, 2])),
        }
        for number in range(600)
    ]
    with web(tmp_path / "web.log") as port:
        answers = post_all(port, f"/events/{event.slug}/register/", forms, at_once=100)
    assert Counter(answer.status for answer in answers) == {302: 600}
    assert event.registrations.count() == Delivery.objects.count() == 600
    # Somebody alone always fits into the last seat, so that none stays free.
    assert (seats_given(event, "onsite"), seats_given(event, "online")) == (60, 40)
    asked = {form["email"]: int(form["guests"]) for form in forms}
    kept = dict(event.registrations.values_list("contact__email", "guests"))
    assert kept == asked
    assert broken_invariants() == {}


def test_an_evening_that_needs_a_yes_is_asked_for_by_three_hundred(tmp_path, transactional_db):
    event = make_event(capacity=20, approval=True)
    emails = [f"guest-{number}@example.org" for number in range(300)]
    forms = [{"name": "Ada", "email": email} for email in emails]
    with web(tmp_path / "web.log") as port:
        answers = post_all(port, f"/events/{event.slug}/register/", forms, at_once=100)
    assert Counter(answer.status for answer in answers) == {302: 300}
    assert event.registrations.to_approve().count() == 300

    def decide(number):
        """Two organizers and the guests themselves, all at once."""
        for seat in event.registrations.order_by("pk")[number::THREADS][:20]:
            [seat.approve, seat.approve, seat.decline, seat.cancel][seat.pk % 4]()

    in_threads(THREADS, decide)
    assert event.registrations.going().count() == 20
    assert broken_invariants() == {}


def churn(seconds, start_in, **fields):
    """Everything that can happen to seats, in six threads; what was done, and the evenings."""
    series = make_series(ask_hours=3, missed_limit=1)
    events = [
        make_event(
            series, starts_in=start_in, mode="both", capacity=15, online_capacity=10,
            guests_allowed=2, **fields,
        )
        for _each in range(2)
    ]  # fmt: skip
    contacts = [make_contact() for _each in range(60)]
    past = make_event(series, starts_in=timedelta(days=-9))
    for contact in contacts[:10]:
        make_registration(past, contact=contact, came=False, source="import")
    end = time.monotonic() + seconds

    def anything(number):
        chance, done = random.Random(number), Counter()
        while time.monotonic() < end:
            event = Event.objects.get(pk=chance.choice(events).pk)
            verb = chance.choices(list(VERBS), [weight for weight, _do in VERBS.values()])[0]
            try:
                VERBS[verb][1](event, chance, contacts)
                done[verb] += 1
            except Refused:
                done["refused"] += 1
        return done

    return sum(in_threads(THREADS, anything), Counter()), events


def come(event, chance, contacts):
    mode, guests = chance.choice(event.modes), chance.choice([0, 0, 1, 2])
    Registration.objects.register(event, chance.choice(contacts), mode, guests=guests)


def some_seat(event, *states):
    return event.registrations.filter(state__in=states).order_by("?").first()


def go(event, chance, _contacts):
    if seat := some_seat(event, "going", "waiting", "offered"):
        seat.cancel()


def take(event, _chance, _contacts):
    if seat := some_seat(event, "offered"):
        seat.confirm()


def lose(event, _chance, _contacts):
    """The clock of an offer runs out."""
    if seat := some_seat(event, "offered"):
        with transaction.atomic():
            Registration.objects.filter(pk=seat.pk, state="offered").update(
                offer_until=F("state_at")
            )
    Registration.objects.expire_holds()


def alter(event, chance, _contacts):
    if seat := some_seat(event, "going", "waiting", "offered"):
        seat.change(chance.choice(event.modes), chance.choice([0, 1, 2]))


def answer(event, chance, _contacts):
    if seat := event.registrations.to_approve().order_by("?").first():
        chance.choice([seat.approve, seat.approve, seat.decline])()


def let_in(event, chance, contacts):
    over = chance.random() < 0.3
    Registration.objects.add_walk_in(event, chance.choice(contacts), over_limit=over)


def limit(event, chance, _contacts):
    event.set_capacity(chance.choice([10, 15, 25]), chance.choice(event.modes))


VERBS = {
    "come": (50, come), "go": (25, go), "take": (15, take), "lose": (5, lose),
    "alter": (15, alter), "answer": (20, answer), "let in": (3, let_in), "limit": (6, limit),
}  # fmt: skip


@pytest.mark.parametrize(
    ("start_in", "approval"),
    [(timedelta(days=20), False), (timedelta(hours=2), False), (timedelta(hours=2), True)],
    ids=["seats are given", "seats are offered", "seats need a yes"],
)
def test_everything_at_once_keeps_every_promise(transactional_db, start_in, approval):
    done, events = churn(5, start_in, approval=approval)
    assert done["come"] > 20, done
    for event in events:
        event.refresh_from_db()
        given = (seats_given(event, "onsite"), seats_given(event, "online"))
        assert given == (event.seats_taken, event.online_taken)
    assert broken_invariants() == {}
