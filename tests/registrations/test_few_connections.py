"""A database that takes only a few connections: some come again, nobody is lost (T12)."""

from collections import Counter

import pytest
from django.db import connection

from config.invariants import INVARIANTS
from outbox.models import Delivery
from tests.builders import make_event
from tests.crowd import ask_for_seats, web

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def few(transactional_db):
    """Of all connections that programs may have to this database, one is the test's own."""

    def limit(number):
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} CONNECTION LIMIT {number}")

    yield limit
    limit(-1)


def header(answer, name):
    lines = [line.partition(":") for line in answer.head.splitlines()]
    return next((value.strip() for key, _colon, value in lines if key.lower() == name), "")


def test_two_hundred_people_and_four_connections(tmp_path, few):
    event = make_event(capacity=50)
    path = f"/events/{event.slug}/register/"
    emails = [f"guest-{number}@example.org" for number in range(200)]
    with web(tmp_path / "web.log") as port:
        few(4)
        answers = ask_for_seats(port, path, emails, at_once=200)
        few(-1)
        [later] = ask_for_seats(port, path, ["later@example.org"], at_once=1)
    counted = Counter(answer.status for answer in answers)
    assert counted.keys() == {302, 503}, counted
    refused = [answer for answer in answers if answer.status == 503]
    assert all(0 < int(header(answer, "retry-after")) <= 10 for answer in refused)
    assert later.status == 302
    # Who was told yes is written down with her mail, and nobody else.
    assert event.registrations.count() == Delivery.objects.count() == counted[302] + 1
    assert {name: rows for name, check in INVARIANTS if (rows := check())} == {}
