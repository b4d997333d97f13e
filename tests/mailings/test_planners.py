"""Any number of planners, and thousands of guests."""

import random
from datetime import UTC, datetime, time, timedelta
from time import monotonic

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from mailings.models import Reminder
from outbox.models import Delivery
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration
from tests.threads import in_threads, patience

# After the eve at any hour of the day, and early enough for the reminder.
SOON = timedelta(hours=4)
PEOPLE = """
INSERT INTO people_contact (email, name, language, time_zone, channel, phone, messenger, created_at)
SELECT 'guest-' || n || '@example.org', 'Guest ' || n, 'en', '', 'email', '', '', %(now)s
FROM generate_series(1, %(count)s) n
"""
SEATS = """
INSERT INTO registrations_registration (event_id, contact_id, mode, state, state_at, rev, source,
    guests, out_of_turn, needs_approval, behind, is_shown, came_by, appeal, appeal_text,
    seed, token_hash, created_at)
SELECT %(event)s, id, 'onsite', 'going', %(now)s - interval '1 day', 1, '',
       0, false, false, false, false, '', '', '',
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
    event = make_event(starts_in=SOON)
    for _each in range(40):
        make_registration(event)
    written = in_threads(3, lambda _number: [Reminder.objects.plan_due() for _again in range(4)])
    assert sum(sum(counts) for counts in written) == 40
    addresses = list(Delivery.objects.values_list("address", flat=True))
    assert (len(addresses), len(set(addresses))) == (40, 40)
    assert Reminder.objects.get().planned == 40


@pytest.mark.django_db
def test_five_thousand_reminders_are_planned_within_seconds():
    give_seats(make_event(starts_in=SOON), 5000)
    began = monotonic()
    assert Reminder.objects.plan_due() == 5000
    took = monotonic() - began
    assert Delivery.objects.filter(template="mailings/eve").count() == 5000
    assert took < patience(10), f"{took:.1f} s"


@pytest.mark.django_db(transaction=True)
def test_planning_while_people_come_and_go_and_the_evening_moves():
    event = make_event(starts="2026-12-10T20:00", capacity=30)
    contacts = [make_contact() for _each in range(60)]

    def everything(number):
        chance = random.Random(number)
        for step in range(25):
            if number < 3:
                Reminder.objects.plan_due()
            elif number == 3 and step % 5 == 0:
                event.move(at=time(20, step))
            elif seat := event.registrations.going().order_by("?").first():
                seat.cancel()
            for contact in chance.sample(contacts, 3) if number > 3 else ():
                Registration.objects.register(event, contact)

    with time_machine.travel(datetime(2026, 12, 10, 9, tzinfo=UTC)):
        in_threads(6, everything)
        Reminder.objects.plan_due()
    event.refresh_from_db()
    alive = Delivery.objects.filter(template="mailings/eve", state="queued")
    seated = event.registrations.going().values_list("contact", flat=True)
    assert sorted(alive.values_list("contact", flat=True)) == sorted(seated)
    assert set(alive.values_list("about", flat=True)) == {event.about}


@pytest.mark.django_db(transaction=True)
def test_an_evening_called_off_while_it_is_planned_reminds_nobody():
    for _each in range(5):
        event = make_event(starts_in=SOON)
        for _guest in range(20):
            make_registration(event)
        tasks = [event.cancel, *[Reminder.objects.plan_due] * 3]
        in_threads(4, lambda number, them=tasks: them[number]())
    assert Delivery.objects.filter(template="mailings/eve", state="queued").count() == 0
    assert Delivery.objects.filter(template="meetups/cancelled", state="queued").count() == 100
