"""Two thousand people, a hundred seats, two hundred at once: over HTTP, at the real server."""

import time
from collections import Counter

import pytest

from config.invariants import INVARIANTS
from outbox.models import Delivery
from tests.builders import make_event
from tests.crowd import ask_for_seats, percentile, web
from tests.threads import patience

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def port(tmp_path, db):
    with web(tmp_path / "web.log") as port:
        yield port


def broken_invariants():
    return {name: rows for name, check in INVARIANTS if (rows := check())}


def test_two_thousand_people_and_a_hundred_seats(transactional_db, port):
    event = make_event(capacity=100)
    emails = [f"guest-{number}@example.org" for number in range(2000)]
    began = time.monotonic()
    answers = ask_for_seats(port, f"/events/{event.slug}/register/", emails, at_once=200)
    took = time.monotonic() - began

    assert Counter(answer.status for answer in answers) == {302: 2000}
    assert Counter(event.registrations.values_list("state", flat=True)) == {
        "going": 100,
        "waiting": 1900,
    }
    queue = event.registrations.waiting().order_by("pk").values_list("queue_no", flat=True)
    assert list(queue) == list(range(1, 1901))
    assert Delivery.objects.count() == 2000
    assert broken_invariants() == {}
    # T01's 8 s are for a machine of one's own, see benchmarks/rush; here other tests run beside.
    assert took < patience(80), f"{took:.0f} s"
    assert percentile(answers, 0.95) < patience(12)


def test_three_clicks_each_give_one_seat_one_mail_and_one_answer(transactional_db, port):
    event = make_event(capacity=40)
    emails = [f"guest-{number // 3}@example.org" for number in range(180)]
    answers = ask_for_seats(port, f"/events/{event.slug}/register/", emails, at_once=60)
    assert {answer.status for answer in answers} == {302}
    assert len({_place(answer) for answer in answers}) == 1
    assert Counter(event.registrations.values_list("state", flat=True)) == {
        "going": 40,
        "waiting": 20,
    }
    assert Delivery.objects.count() == 60
    assert broken_invariants() == {}


def test_a_known_address_gets_the_very_answer_of_an_unknown_one(transactional_db, port):
    event = make_event()
    path = f"/events/{event.slug}/register/"
    (unknown,) = ask_for_seats(port, path, ["ada@example.org"], at_once=1)
    (known,) = ask_for_seats(port, path, ["ada@example.org"], at_once=1)
    assert (known.status, _names(known)) == (unknown.status, _names(unknown))


def _place(answer):
    return [line for line in answer.head.splitlines() if line.lower().startswith("location:")][0]


def _names(answer):
    """The names of the headers, in their order."""
    return [line.partition(":")[0] for line in answer.head.splitlines()[1:]]
