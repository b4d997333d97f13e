"""What the database alone forbids, whoever writes to it."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests.builders import make_contact, make_event
from tests.registrations.crowd import register

pytestmark = pytest.mark.django_db


def insert(event, contact, state="going", mode="onsite"):
    """Past all our code."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO registrations_registration (event_id, contact_id, mode, state, state_at,"
            " offer_until, rev, source, guests, out_of_turn, needs_approval, behind, is_shown,"
            " came_by, appeal, appeal_text, seed, token_hash, created_at)"
            " VALUES (%s, %s, %s, %s, now(), now(), 1, '', 0, false, false, false, false,"
            " '', '', '', '', md5(random()::text), now())",
            [event.pk, contact.pk, mode, state],
        )


@pytest.mark.parametrize("state", ["going", "pending", "offered"])
@pytest.mark.parametrize("mode", ["onsite", "online"])
def test_the_database_refuses_a_seat_beyond_the_limit(mode, state):
    event = make_event(mode="both", capacity=1, online_capacity=1)
    insert(event, make_contact(), state, mode)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        insert(event, make_contact(), state, mode)
    assert refusal.value.__cause__.sqlstate == "23514"
    assert event.registrations.count() == 1


def test_the_database_refuses_a_limit_below_the_seats_given():
    event = make_event(capacity=2)
    insert(event, make_contact())
    insert(event, make_contact())
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        type(event).objects.filter(pk=event.pk).update(capacity=1)
    assert refusal.value.__cause__.sqlstate == "23514"


def test_the_database_refuses_a_move_into_a_full_house():
    event = make_event(capacity=1)
    register(event, "ada@x.org", "bob@x.org")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        event.registrations.update(state="going")
    assert refusal.value.__cause__.sqlstate == "23514"


def test_the_database_refuses_to_carry_a_seat_to_another_evening():
    event = make_event()
    register(event, "ada@x.org")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        event.registrations.update(event=make_event())
    assert refusal.value.__cause__.sqlstate == "23514"


def test_the_database_refuses_a_second_active_registration_of_a_person():
    event = make_event()
    (ada,) = register(event, "ada@x.org")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        insert(event, ada.contact, "pending")
    assert refusal.value.__cause__.sqlstate == "23505"
    insert(event, ada.contact, "cancelled")


@pytest.mark.parametrize("change", [{"state": "maybe"}, {"state": "waiting", "queue_no": None}])
def test_the_database_refuses_states_that_cannot_be(change):
    event = make_event()
    register(event, "ada@x.org")
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        event.registrations.update(**change)
    assert refusal.value.__cause__.sqlstate == "23514"


def test_seats_are_counted_whoever_writes_them():
    event = make_event(mode="both")
    insert(event, make_contact())
    insert(event, make_contact(), "cancelled")
    insert(event, make_contact(), mode="online")
    event.registrations.filter(state="going", mode="onsite").update(mode="online")
    event.refresh_from_db()
    assert (event.seats_taken, event.online_taken) == (0, 2)
    event.registrations.all().delete()
    event.refresh_from_db()
    assert (event.seats_taken, event.online_taken) == (0, 0)


def test_saving_an_event_that_was_read_earlier_keeps_the_count():
    event = make_event(capacity=5)
    register(event, "ada@x.org")
    event.title = "Another title"
    event.save()
    event.refresh_from_db()
    assert (event.title, event.seats_taken) == ("Another title", 1)


def test_the_seat_ledger_lists_every_seat():
    event = make_event(slug="mp-61", capacity=1)
    ada, *_rest = register(event, "ada@x.org", "bob@x.org", "eve@x.org")
    ada.cancel()
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_slug, email, state, queue_no FROM seat_ledger ORDER BY email")
        assert cursor.fetchall() == [
            ("mp-61", "ada@x.org", "cancelled", None),
            ("mp-61", "bob@x.org", "going", 1),
            ("mp-61", "eve@x.org", "waiting", 2),
        ]
