"""Each invariant fails when its rule is broken past all our code, and names the culprit."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from config.invariants import INVARIANTS
from mailings.models import HeldBack
from mailings.sending import start_due
from meetups.models import Subscription
from outbox.models import Cap, Delivery, Suppression
from speakers.models import Offer, Talk
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_proposal,
    make_registration,
    make_series,
    make_slot,
    make_speaker,
    make_talk,
    make_venue,
    make_wave,
)
from tests.owed import let_go
from tests.registrations.crowd import register

pytestmark = pytest.mark.django_db


def broken():
    """The numbers of the invariants that are broken, sorted ("I1"), and what they name."""
    found = {name: rows for name, check in INVARIANTS if (rows := check())}
    return sorted({name.split()[0] for name in found}), [
        row for rows in found.values() for row in rows
    ]


@pytest.fixture
def no_guards():
    """No trigger and no foreign key watches the rest of this transaction."""

    def sql(statement, *values):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("meetups_event", "registrations_registration", "outbox_delivery"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)

    return sql


@pytest.fixture
def evening():
    """One seat, taken by Ada; Bob and Eve wait."""
    event = make_event(slug="mp-61", capacity=1)
    register(event, "ada@x.org", "bob@x.org", "eve@x.org")
    event.refresh_from_db()
    return event


def seat(event, name):
    return event.registrations.get(contact__email=f"{name}@x.org")


def test_a_house_in_order_breaks_none(evening):
    evening.set_capacity(2)
    seat(evening, "ada").cancel()
    evening.move(evening.date + timedelta(days=1))
    assert broken() == ([], [])


def test_more_seats_than_there_are_break_the_first_and_the_second(evening, no_guards):
    no_guards("UPDATE registrations_registration SET state = 'going' WHERE state = 'waiting'")
    numbers, rows = broken()
    assert numbers[:2] == ["I1", "I2"]
    assert "mp-61 onsite: 3 seats given" in rows


def test_more_seats_online_than_there_are_break_the_first(no_guards):
    event = make_event(slug="far-1", mode="online", online_capacity=0)
    register(event, "ada@x.org")
    no_guards("UPDATE registrations_registration SET state = 'going'")
    assert "far-1 online: 1 seats given" in broken()[1]


def test_a_wrong_count_breaks_the_second(evening, no_guards):
    no_guards("UPDATE meetups_event SET seats_taken = 0, capacity = 0")
    assert "mp-61: counted 0+0, given 1+0" in broken()[1]


def test_a_free_seat_beside_a_queue_breaks_the_third(evening):
    type(evening).objects.update(capacity=2)
    assert broken() == (["I3"], ["mp-61 onsite: a free seat beside a waiting person"])


@pytest.mark.parametrize(
    "change", ["status = 'cancelled'", "starts_at = starts_at - interval '1 year'"]
)
def test_a_queue_may_outlive_its_evening(evening, no_guards, change):
    no_guards(f"UPDATE meetups_event SET capacity = 5, {change}")  # noqa: S608 (written above)
    assert broken() == ([], [])


def test_a_queue_that_was_overtaken_breaks_the_fourth(evening, no_guards):
    no_guards(
        "UPDATE registrations_registration SET state = CASE queue_no WHEN 2 THEN 'going'"
        " ELSE 'cancelled' END WHERE queue_no = 2 OR queue_no IS NULL"
    )
    bob, eve = seat(evening, "bob"), seat(evening, "eve")
    numbers, rows = broken()
    assert "I4" in numbers
    assert f"mp-61: registration {eve.pk} went ahead of {bob.pk}" in rows


def test_an_organizer_may_let_somebody_in_ahead_of_the_queue(evening):
    seat(evening, "ada").cancel()
    assert broken() == ([], [])
    type(evening).objects.update(capacity=2)
    seat(evening, "eve").give_seat()
    assert broken() == ([], [])


def test_a_newcomer_ahead_of_the_queue_breaks_the_fourth(evening, no_guards):
    type(evening).objects.update(capacity=2)
    (newcomer,) = register(evening, "new@x.org")
    no_guards(
        "UPDATE registrations_registration SET state = 'going', queue_no = NULL WHERE id = %s",
        newcomer.pk,
    )
    bob = seat(evening, "bob")
    assert f"mp-61: registration {newcomer.pk} went ahead of {bob.pk}" in broken()[1]


def test_a_change_that_nobody_was_told_of_breaks_the_fifth(evening):
    ada = seat(evening, "ada")
    Delivery.objects.filter(contact=ada.contact).delete()
    assert broken() == (["I5"], [f"registration {ada.pk} is going and nothing was written"])


@pytest.mark.parametrize("before", ["", "pending", "waiting"])
def test_a_guest_at_the_door_need_not_be_told_in_writing(before):
    event = make_event(capacity=5)
    guest = make_contact()
    if before:
        make_registration(event, before, guest)
    event.registrations.add_walk_in(event, guest)
    assert broken() == ([], [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("state = 'cancelled'", "cancelled with 0 attempts"),
        ("sent_at = now()", "queued with 0 attempts"),
        ("resends = 2", "queued with 0 attempts"),
    ],
)
def test_a_message_with_an_impossible_past_breaks_the_fifth(evening, no_guards, change, said):
    no_guards(f"UPDATE outbox_delivery SET {change} WHERE address = 'ada@x.org'")  # noqa: S608
    numbers, rows = broken()
    assert (numbers, len(rows)) == (["I5"], 1)
    assert said in rows[0]


def test_a_message_left_in_hand_breaks_the_sixth(evening, no_guards):
    no_guards(
        "UPDATE outbox_delivery SET state = 'claimed', claim_token = gen_random_uuid(),"
        " lease_until = now() - interval '62 minutes' WHERE address = 'ada@x.org'"
    )
    assert broken()[0] == ["I6"]


def test_a_message_to_a_blocked_address_breaks_the_seventh(evening):
    Suppression.objects.add_address("ada@x.org", "bounce")
    Suppression.objects.update(since=timezone.now() - timedelta(seconds=61))
    assert broken() == ([], [])
    let_go(address="ada@x.org")
    assert broken()[0] == ["I7"]


def test_a_message_after_its_last_moment_breaks_the_eighth(evening):
    let_go(address="ada@x.org")
    assert broken() == ([], [])
    Delivery.objects.update(not_after=timezone.now() - timedelta(seconds=1))
    assert broken()[0] == ["I8"]


def test_things_in_the_wrong_series_break_the_ninth(evening):
    other = make_series()
    make_event(slug="in-a-line", line=make_line(other))
    make_event(slug="in-a-room", venue=make_venue(), room=make_venue().rooms.get())
    talk = make_talk(make_event(), slug="elsewhere", speakers=[make_speaker(other)])
    type(talk).objects.filter(pk=talk.pk).update(series=other)
    Delivery.objects.filter(address="ada@x.org").update(realm=other.realm)
    message = Delivery.objects.get(address="ada@x.org")
    assert broken() == (
        ["I9"],
        [
            "evening in-a-line is in a line of another series",
            "evening in-a-room is in a room of another venue",
            "talk elsewhere stands in the agenda of another series",
            f"message {message.pk} is about an evening of another series",
        ],
    )


def said():
    out = StringIO()
    call_command("check_invariants", stdout=out)
    return out.getvalue()


def test_the_command_says_ok_for_each(evening):
    lines = said().splitlines()
    assert len(lines) == len(INVARIANTS) >= 9
    assert all(line.endswith(": ok") for line in lines)


def test_the_command_names_what_is_broken_and_fails(evening):
    type(evening).objects.update(capacity=2)
    out = StringIO()
    with pytest.raises(CommandError, match=f"1 of {len(INVARIANTS)} invariants are broken"):
        call_command("check_invariants", stdout=out)
    assert "  mp-61 onsite: a free seat beside a waiting person\n" in out.getvalue()


# Talks


def test_a_house_with_talks_in_order_breaks_none():
    call = make_call()
    event = make_event(call.series)
    confirmed = make_proposal(call, "confirmed", slot=make_slot(event, "talk"))
    reserve = make_proposal(call, "reserve")
    Offer.objects.offer(make_slot(event, "talk"))
    confirmed.pass_on()
    reserve.offers.get().take()
    event.move(event.date + timedelta(days=1))
    make_proposal(call).accept()
    assert broken() == ([], [])


def test_a_confirmed_talk_without_a_place_breaks_the_tenth():
    proposal = make_proposal(state="confirmed")
    Talk.objects.update(slot=None)
    said = f"proposal {proposal.pk} is confirmed and has no agreed place"
    assert broken() == (["I10"], [said])


def test_a_talk_announced_before_its_speaker_said_yes_breaks_the_tenth():
    call = make_call()
    slot = make_slot(make_event(call.series), "talk")
    proposal = make_proposal(call, "accepted", slot=slot)
    Talk.objects.update(agreed_at=timezone.now())
    said = f"proposal {proposal.pk} is accepted and its talk is announced"
    assert broken() == (["I10"], [said])


def test_a_speaker_who_counts_as_told_without_a_letter_breaks_the_eleventh():
    proposal = make_proposal()
    proposal.accept()
    proposal.release()
    assert broken() == ([], [])
    Delivery.objects.all().delete()
    assert broken()[0] == ["I11"]
    assert f"proposal {proposal.pk}" in broken()[1][0]


def test_a_taken_place_that_is_still_offered_breaks_the_twelfth():
    call = make_call()
    slot = make_slot(make_event(call.series), "talk")
    make_proposal(call, "reserve")
    Offer.objects.offer(slot)
    talk = make_talk(slot.event)
    Talk.objects.filter(pk=talk.pk).update(slot=slot)
    assert broken() == (
        ["I12"],
        [f"offer {Offer.objects.get().pk} is open and its place is not free"],
    )
    Offer.objects.move_on_due()
    assert broken() == ([], [])


# Messages to many


@pytest.fixture
def wave():
    """One that reached Ada and held Bob back, who wants only the digest."""
    event = make_event()
    for name, pace in (("ada", "all"), ("bob", "digest")):
        make_follower(event.series, make_contact(f"{name}@x.org"), pace=pace)
    wave = make_wave(event)
    start_due()
    return wave


def test_a_wave_in_order_breaks_none(wave):
    assert broken() == ([], [])
    let_go(address="ada@x.org")
    Subscription.objects.update(withdrawn_at=timezone.now() + timedelta(seconds=1))
    assert broken() == ([], [])


def test_news_that_waits_for_somebody_who_left_breaks_the_seventh(wave):
    Subscription.objects.update(withdrawn_at=timezone.now() - timedelta(seconds=50))
    assert broken() == ([], [])
    Subscription.objects.update(withdrawn_at=timezone.now() - timedelta(seconds=61))
    (key,) = Delivery.objects.values_list("key", flat=True)
    said = f"{key} is queued, and this person does not follow"
    assert broken() == (["I7"], [said])


def test_news_sent_to_somebody_who_left_breaks_the_seventh(wave):
    let_go(address="ada@x.org")
    Subscription.objects.update(withdrawn_at=timezone.now() - timedelta(seconds=61))
    assert broken()[0] == ["I7"]


def test_news_to_somebody_who_never_confirmed_breaks_the_seventh(wave):
    Subscription.objects.update(confirmed_at=None)
    assert broken()[0] == ["I7"]


def test_somebody_written_to_and_held_back_breaks_the_thirteenth(wave):
    ada = Delivery.objects.get()
    HeldBack.objects.create(batch=ada.batch, contact=ada.contact, reason="capped")
    said = f"contact {ada.contact_id} was written to and held back: {ada.key}"
    assert broken() == (["I13"], [said])


def test_a_wave_that_lost_a_message_breaks_the_thirteenth(wave):
    key = Delivery.objects.get().batch.key
    Delivery.objects.all().delete()
    assert broken() == (["I13"], [f"{key}: 1 planned, 0 written"])


def test_two_invitations_in_one_week_break_the_fourteenth(wave):
    ada = Delivery.objects.get()
    ada.pk, ada.key, ada.message_id, ada.batch = uuid4(), "wave:other", "<other@x>", None
    ada.created_at += timedelta(days=5, hours=23)
    ada.save(force_insert=True)
    numbers, (said,) = broken()
    assert (numbers, said.split()[0]) == (["I14"], "wave:other")

    Delivery.objects.filter(key="wave:other").update(created_at=ada.created_at + timedelta(hours=2))
    assert broken() == ([], [])


def test_with_numbers_of_her_own_an_organizer_may_send_more(wave):
    ada = Delivery.objects.get()
    ada.pk, ada.key, ada.message_id, ada.batch = uuid4(), "wave:other", "<other@x>", None
    ada.save(force_insert=True)
    Cap.objects.create(realm=wave.event.series.realm, channel="email", most=3)
    assert broken() == ([], [])
