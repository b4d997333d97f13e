"""Any number of planners, and thousands of guests."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mailings.models import Reminder
from outbox.models import Delivery
from tests.builders import make_event, make_registration
from tests.threads import in_threads, patience

PEOPLE = """
INSERT INTO people_contact (email, name, language, time_zone, channel, phone, messenger, created_at)
SELECT 'guest-' || n || '@example.org', 'Guest ' || n, 'en', '', 'email', '', '', %(now)s
FROM generate_series(1, %(count)s) n
"""
SEATS = """
INSERT INTO registrations_registration (event_id, contact_id, mode, state, state_at, rev, source,
                                        out_of_turn, seed, token_hash, created_at)
SELECT %(event)s, id, 'onsite', 'going', %(now)s - interval '1 day', 1, '', false,
       md5(id::text), md5(id::text), %(now)s
FROM people_contact
"""


def give_seats(event, count):
    """Seats for so many new people, in two statements."""
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"count": count, "now": timezone.now()})
        cursor.execute(SEATS, {"event": event.pk, "now": timezone.now()})


@pytest.mark.django_db(transaction=True)
def test_three_planners_at_once_write_to_everybody_once():
    event = make_event(starts_in=timedelta(hours=8))
    for _each in range(40):
        make_registration(event)
    written = in_threads(3, lambda _number: [Reminder.objects.plan_due() for _again in range(4)])
    assert sum(sum(counts) for counts in written) == 40
    addresses = list(Delivery.objects.values_list("address", flat=True))
    assert (len(addresses), len(set(addresses))) == (40, 40)
    assert Reminder.objects.get().planned == 40


@pytest.mark.django_db
def test_five_thousand_reminders_are_planned_within_seconds():
    give_seats(make_event(starts_in=timedelta(hours=8)), 5000)
    began = time.monotonic()
    assert Reminder.objects.plan_due() == 5000
    took = time.monotonic() - began
    assert Delivery.objects.filter(template="mailings/eve").count() == 5000
    assert took < patience(10), f"{took:.1f} s"
