"""What the server makes of what phones say: T36 to T39, and taking back."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from config.invariants import INVARIANTS
from meetups.models import Event
from meetups.models.partner import SIGNS
from outbox.models import Delivery
from registrations.door.taking import Told, take
from registrations.models import Registration, Scan
from registrations.tokens import short_code_for
from tests.builders import make_event, make_registration
from tests.registrations.door.phones import crowd, make_evening, scan, told, who_came
from tests.threads import crew

pytestmark = pytest.mark.django_db

ADMITTED, ALREADY, UNDONE = ("admitted", ""), ("already", ""), ("undone", "")


@pytest.fixture(autouse=True)
def nothing_is_written_and_nothing_broken():
    """A door sends no mail and breaks no invariant of the seats, whatever it is told."""
    yield
    assert not Delivery.objects.exists()
    of_seats = {"I1", "I2", "I3", "I4"}
    assert [name for name, check in INVARIANTS if name.split()[0] in of_seats and check()] == []


def test_the_first_scan_lets_her_in_and_the_second_says_when_and_where():
    event, key, (ada,) = make_evening(1)
    (first,) = take(event, [scan(ada)], key)
    (second,) = take(event, [scan(ada, device="b")], key)
    ada.refresh_from_db()
    assert (first.result, second.result) == ("admitted", "already")
    assert (second.at, second.door) == (ada.arrived_at, "Main door")
    assert (ada.came, ada.came_by) == (True, "door")


def test_a_ticket_is_read_from_the_address_of_its_page_and_found_by_name():
    event, key, (ada, eve) = make_evening(2)
    address = f"https://meetups.example/t/{ada.ticket}/"
    assert told(event, key, scan(ada, code=address)) == [ADMITTED]
    assert told(event, key, Told("name", registration=eve.pk)) == [ADMITTED]


@pytest.mark.parametrize("as_typed", [str, str.upper, lambda c: f" {c[:4]} {c[4:]} "])
def test_the_short_code_is_taken_in_any_case_with_or_without_a_space(as_typed):
    event, key, (ada,) = make_evening(1)
    code = short_code_for(ada.pk)
    assert (len(code), set(code) - set(SIGNS)) == (8, set())
    assert told(event, key, scan(ada, code=as_typed(code), typed=True)) == [ADMITTED]
    assert told(event, key, scan(ada)) == [ALREADY]


def test_a_short_code_is_good_for_its_own_evening_and_outlives_a_new_key(settings):
    event, key, (ada,) = make_evening(1)
    _other, _key, (eve,) = make_evening(1)
    typed = [scan(one, code=short_code_for(one.pk), typed=True) for one in (eve, ada)]
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert told(event, key, *typed) == [("refused", "mistyped"), ADMITTED]


@pytest.mark.parametrize("offline", [False, True])
def test_fifty_codes_that_let_nobody_in_are_refused_with_the_reason(offline):  # T36
    event, key, _nobody = make_evening()
    other = make_registration(make_event())
    seats = {
        "cancelled": [make_registration(event, "cancelled") for _n in range(10)],
        "expired": [make_registration(event, "expired") for _n in range(10)],
        "waiting": [make_registration(event, "waiting") for _n in range(10)],
        "other_evening": [other] * 10,
    }
    forged = [other.ticket[:-1] + "!", "", "x" * 500, "ЖЖЖ", "1.2.3", other.ticket + "a"]
    asked = [("unknown", Told("code", code=code, was_offline=offline)) for code in forged]
    for reason, holders in seats.items():
        asked += [(reason, scan(one, was_offline=offline)) for one in holders]
    for nobody in (Told("name", registration=10**9), Told("code"), Told("self"), Told("name")):
        asked.append(("unknown", replace(nobody, was_offline=offline)))
    assert len(asked) == 50
    answers = told(event, key, *[one for _reason, one in asked])
    assert answers == [("refused", reason) for reason, _one in asked]
    assert Scan.objects.filter(was_offline=offline).count() == 50
    assert who_came(event) == set()


def test_a_seat_held_or_offered_is_hers_while_its_time_runs():
    event, key, _nobody = make_evening()
    held, offered, late = (make_registration(event, s) for s in ("pending", "offered", "offered"))
    Registration.objects.filter(pk=late.pk).update(offer_until=timezone.now())
    answers = told(event, key, scan(held), scan(offered), scan(late))
    assert answers == [ADMITTED, ADMITTED, ("refused", "expired")]
    assert who_came(event) == {held.pk, offered.pk}
    assert set(event.registrations.going()) == {held, offered}


def test_somebody_with_a_seat_online_is_told_so_at_the_door():
    event, key, _nobody = make_evening(mode="both")
    seat = make_registration(event, mode="online")
    assert told(event, key, scan(seat)) == [("refused", "online")]


def test_the_ticket_of_a_seat_given_back_is_good_for_her_new_one():
    event, key, _nobody = make_evening()
    old = make_registration(event, "cancelled")
    new = make_registration(event, contact=old.contact)
    assert told(event, key, scan(old), scan(new)) == [ADMITTED, ALREADY]
    assert who_came(event) == {new.pk}


def test_a_cancelled_evening_and_an_ended_link_let_nobody_in():
    event, key, (ada,) = make_evening(1)
    key.end()
    assert told(event, key, scan(ada)) == [("refused", "ended")]
    event.status = "cancelled"
    event.save()
    assert told(event, None, scan(ada)) == [("refused", "evening_off")]


def test_one_ticket_on_three_phones_without_network_is_one_admission_and_two_conflicts():  # T37
    event, key, (ada,) = make_evening(1)
    for device in "abc":
        take(event, [scan(ada, device=device, was_offline=True)], key)
    stored = Scan.objects.values_list("device", "result", "reason")
    assert list(stored) == [
        ("a", "admitted", ""), ("b", "already", "conflict"), ("c", "already", "conflict")
    ]  # fmt: skip
    assert Scan.objects.to_look_at().count() == 2


def test_the_same_scan_sent_again_is_one_row_and_the_stored_answer():  # T38
    event, key, (ada,) = make_evening(1)
    said = scan(ada)
    first = take(event, [said, said], key)
    assert take(event, [said], key) == first[:1] == first[1:]
    assert first[0].result == "admitted"
    assert Scan.objects.count() == 1


def test_an_id_of_another_evening_tells_nothing():
    event, key, (ada,) = make_evening(1)
    other, other_key, (eve,) = make_evening(1)
    said = scan(ada)
    take(event, [said], key)
    assert told(other, other_key, scan(eve, id=said.id)) == [("refused", "other_evening")]
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_hours_wrong_changes_nothing(hours):  # T39
    event, key, (ada,) = make_evening(1)
    by_its_clock = timezone.now() + timedelta(hours=hours)
    assert told(event, key, scan(ada, scanned_at=by_its_clock)) == [ADMITTED]
    assert told(event, key, scan(ada, scanned_at=timezone.now())) == [ALREADY]
    stored = Scan.objects.get(result="admitted")
    ada.refresh_from_db()
    assert stored.scanned_at == by_its_clock
    assert ada.arrived_at == stored.received_at
    assert abs(ada.arrived_at - timezone.now()) < timedelta(minutes=1)


def test_the_night_the_clocks_change_decides_nothing():  # T39
    event, key, (ada,) = make_evening(1)
    twice = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    said = [scan(ada, scanned_at=twice), scan(ada, scanned_at=twice - timedelta(hours=1))]
    assert told(event, key, *said) == [ADMITTED, ALREADY]


def test_who_is_let_in_by_mistake_is_taken_back():
    event, key, (ada,) = make_evening(1)
    said = scan(ada)
    answers = told(event, key, said, Told("undo", undoes=said.id))
    ada.refresh_from_db()
    assert answers == [ADMITTED, UNDONE]
    assert (ada.came, ada.came_by, ada.arrived_at) == (None, "", None)
    assert told(event, key, scan(ada)) == [ADMITTED]


def test_taking_a_person_back_takes_all_her_scans_back():
    event, key, (ada,) = make_evening(1)
    take(event, [scan(ada), scan(ada, device="b"), Told("undo", registration=ada.pk)], key)
    assert who_came(event) == set()
    assert set(Scan.objects.values_list("result", flat=True)) == {"undone"}


def test_taken_back_after_a_held_seat_was_let_in_she_keeps_the_seat():
    event, key, _nobody = make_evening()
    seat = make_registration(event, "pending")
    told(event, key, scan(seat), Told("undo", registration=seat.pk))
    assert list(event.registrations.going()) == [seat]
    assert not any(check() for name, check in INVARIANTS if name.startswith("I5 "))


def test_three_scans_and_what_takes_two_of_them_back_agree_in_every_order():
    event, key, (ada,) = make_evening(1)
    for order in itertools.permutations(range(5)):
        said = [scan(ada, device=device) for device in "abc"]
        said += [Told("undo", undoes=said[0].id), Told("undo", undoes=said[2].id)]
        take(event, [said[number] for number in order], key)
        results = dict(Scan.objects.values_list("pk", "result"))
        assert [results[one.id] for one in said[:3]] == ["undone", "admitted", "undone"]
        assert who_came(event) == {ada.pk}
        Scan.objects.all().delete()
        event.registrations.update(came=None, came_by="")


def test_a_walk_in_without_an_address_is_counted_and_nobody_else():
    event, key, _nobody = make_evening(capacity=1)
    said = Told("walk_in", name="Somebody with a guitar")
    assert told(event, key, said) == [ADMITTED]
    assert not event.registrations.exists()
    assert event.scans.nameless().count() == 1
    assert told(event, key, Told("undo", undoes=said.id)) == [UNDONE]
    assert event.scans.nameless().count() == 0


def test_a_walk_in_with_an_address_has_a_seat_also_in_a_full_room():
    event, key, (ada,) = make_evening(1, capacity=1)
    assert told(event, key, Told("walk_in", name="Eve", email="eve@example.org")) == [ADMITTED]
    eve = event.registrations.exclude(pk=ada.pk).get()
    assert (eve.state, eve.came, eve.came_by, eve.source) == ("going", True, "door", "walk-in")
    assert told(event, key, Told("walk_in", email="EVE@example.org")) == [ALREADY]


def test_a_walk_in_taken_back_leaves_no_seat_and_no_no_show():
    event, key, _nobody = make_evening()
    said = Told("walk_in", name="Eve", email="eve@example.org")
    told(event, key, said, Told("undo", undoes=said.id))
    seat = event.registrations.get()
    assert (seat.state, seat.came) == ("cancelled", None)
    again = Told("name", registration=seat.pk)
    assert told(event, key, again) == [("refused", "cancelled")]


def test_an_address_that_is_none_still_counts_the_walk_in():
    event, key, _nobody = make_evening()
    said = Told("walk_in", name="Eve", email="not an address")
    assert told(event, key, said) == [("admitted", "bad_email")]
    assert event.scans.nameless().count() == 1


@pytest.mark.parametrize("state", ["waiting", "cancelled", "expired"])
def test_a_helper_lets_somebody_in_all_the_same(state):
    event, key, _nobody = make_evening(capacity=0)
    Event.objects.filter(pk=event.pk).update(capacity=5)
    seat = make_registration(event, state)
    Event.objects.filter(pk=event.pk).update(capacity=0)
    anyway, again = Told("walk_in", registration=seat.pk), Told("name", registration=seat.pk)
    assert told(event, key, again) == [("refused", state)]
    assert told(event, key, anyway, replace(again, id=uuid4())) == [ADMITTED, ALREADY]
    assert {one.contact for one in event.registrations.arrived()} == {seat.contact}


@pytest.mark.django_db(transaction=True)
def test_three_doors_at_one_moment_let_each_in_once():
    event, key, seats = make_evening(20)
    answers = []
    with crew(3) as all_at_once:
        for seat in seats:
            doors = [scan(seat, device=str(number)) for number in range(3)]
            tasks = [lambda one=one: take(event, [one], key)[0].result for one in doors]
            answers += all_at_once(*tasks)
    assert (answers.count("admitted"), answers.count("already")) == (20, 40)
    assert Scan.objects.count() == 60
    assert who_came(event) == {seat.pk for seat in seats}


def test_the_database_itself_admits_a_seat_once():
    names = [constraint.name for constraint in Scan._meta.constraints]
    assert "scan_admits_once" in names
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Scan._meta.db_table)
    assert found["scan_admits_once"]["unique"]


def test_fifty_scans_of_a_phone_that_was_away_hold_the_other_doors_up_for_few_statements(
    django_assert_max_num_queries,
):
    event, key, _nobody = make_evening()
    seats = crowd(event, 50)
    with django_assert_max_num_queries(10):
        assert told(event, key, *map(scan, seats)) == [ADMITTED] * 50
