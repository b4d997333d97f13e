"""The eve reminder: at six in the evening of the day before, once each, never too late."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from mailings.models import Reminder
from mailings.models.reminder import eve_of
from meetups.models import Event
from outbox.engine import Sender
from outbox.models import Delivery
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration, make_series, make_venue
from tests.owed import let_go

pytestmark = pytest.mark.django_db

EVE = "mailings/eve"
# Minsk has no summer time: 19:00 there is 16:00 UTC, and the eve's 18:00 is 15:00 UTC.
START = datetime(2026, 12, 10, 16, tzinfo=UTC)
DUE = datetime(2026, 12, 9, 15, tzinfo=UTC)
LAST = datetime(2026, 12, 10, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    """Stands still a week before the evening."""
    with time_machine.travel(START - timedelta(days=7), tick=False) as clock:
        yield clock


@pytest.fixture
def event(clock):
    return make_event(starts="2026-12-10T19:00")


def plan():
    return Reminder.objects.plan_due()


def reminded(**fields):
    """Whom a reminder was written to and not withdrawn, sorted."""
    rows = Delivery.objects.filter(template=EVE, **fields).exclude(state="cancelled")
    return sorted(rows.values_list("address", flat=True))


def guest(event, name, state="going"):
    return make_registration(event, state, make_contact(f"{name}@x.org"))


# When


@pytest.mark.parametrize(
    ("zone", "starts", "starts_utc", "due_utc"),
    [
        # Summer time begins in the night between the eve and the day …
        ("Europe/Berlin", "2026-03-29T19:00", "2026-03-29T17:00", "2026-03-28T17:00"),
        ("America/New_York", "2026-03-08T19:00", "2026-03-08T23:00", "2026-03-07T23:00"),
        ("America/St_Johns", "2026-03-08T19:00", "2026-03-08T21:30", "2026-03-07T21:30"),
        ("Australia/Lord_Howe", "2026-10-04T19:00", "2026-10-04T08:00", "2026-10-03T07:30"),
        ("Africa/Casablanca", "2026-03-22T19:00", "2026-03-22T18:00", "2026-03-21T18:00"),
        # … on the eve itself …
        ("Europe/Berlin", "2026-03-30T19:00", "2026-03-30T17:00", "2026-03-29T16:00"),
        # … and ends.
        ("Europe/Berlin", "2026-10-25T19:00", "2026-10-25T18:00", "2026-10-24T16:00"),
        ("Europe/Berlin", "2026-10-26T19:00", "2026-10-26T18:00", "2026-10-25T17:00"),
        ("America/New_York", "2026-11-01T19:00", "2026-11-02T00:00", "2026-10-31T22:00"),
        ("America/St_Johns", "2026-11-01T19:00", "2026-11-01T22:30", "2026-10-31T20:30"),
        ("Australia/Lord_Howe", "2026-04-05T19:00", "2026-04-05T08:30", "2026-04-04T07:00"),
        ("Africa/Casablanca", "2026-02-15T19:00", "2026-02-15T19:00", "2026-02-14T17:00"),
        # Zones without summer time, one of them half an hour off, one a day ahead.
        ("Asia/Kolkata", "2026-12-10T19:00", "2026-12-10T13:30", "2026-12-09T12:30"),
        ("Asia/Tehran", "2026-12-10T19:00", "2026-12-10T15:30", "2026-12-09T14:30"),
        ("Pacific/Apia", "2026-12-10T19:00", "2026-12-10T06:00", "2026-12-09T05:00"),
        # A start that exists twice, and one that does not exist.
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30", "2026-10-24T16:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00", "2026-03-28T17:00"),
        ("America/Nuuk", "2026-03-28T23:30", "2026-03-29T01:00", "2026-03-27T20:00"),
        # The first day of a month and of a year.
        ("Europe/Minsk", "2027-01-01T19:00", "2027-01-01T16:00", "2026-12-31T15:00"),
        ("Europe/Minsk", "2028-03-01T19:00", "2028-03-01T16:00", "2028-02-29T15:00"),
    ],
)
def test_it_is_due_at_six_by_the_clocks_of_the_place(zone, starts, starts_utc, due_utc):
    due = datetime.fromisoformat(due_utc + "+00:00")
    with time_machine.travel(due - timedelta(days=7), tick=False) as clock:
        event = make_event(make_series(time_zone=zone), starts=starts)
        guest(event, "ada")
        assert event.starts_at == datetime.fromisoformat(starts_utc + "+00:00")
        clock.move_to(due - SECOND)
        assert plan() == 0
        clock.move_to(due)
        assert plan() == 1
    assert Reminder.objects.get().due_at == due


def test_an_eve_that_the_calendar_leaves_out_is_over_as_soon_as_it_begins():
    event = Event(date=date(2011, 12, 31), zone="Pacific/Apia")
    assert eve_of(event) == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_an_evening_in_another_zone_than_its_series_goes_by_its_own(clock):
    event = make_event(starts="2026-12-10T19:00", zone="Asia/Kolkata")
    assert eve_of(event) == datetime(2026, 12, 9, 12, 30, tzinfo=UTC)


def test_times_are_put_right_when_the_rules_of_a_zone_change(clock, event):
    guest(event, "ada")
    Event.objects.update(starts_at=START + timedelta(hours=1))
    assert Event.objects.recompute_instants() == 1
    event.refresh_from_db()
    assert event.starts_at == START


# Who


def test_only_those_with_a_seat_are_reminded(clock, event):
    for state in ("going", "waiting", "pending", "offered", "expired", "cancelled"):
        guest(event, state, state)
    clock.move_to(DUE)
    plan()
    assert reminded() == ["going@x.org"]


@pytest.mark.parametrize("changed", [{"status": "draft"}, {"time_known": False}])
def test_an_evening_nobody_can_rely_on_yet_has_no_reminder(clock, event, changed):
    guest(event, "ada")
    Event.objects.update(**changed)
    clock.move_to(DUE)
    assert plan() == 0


def test_it_is_written_once_however_often_the_tick_comes(clock, event):
    guest(event, "ada")
    guest(event, "bob")
    clock.move_to(DUE)
    for _each in range(5):
        call_command("tick")
        clock.shift(30)
    assert reminded() == ["ada@x.org", "bob@x.org"]
    assert Reminder.objects.get().planned == 2


def test_its_row_names_the_fact_and_the_last_moment(clock, event):
    ada = guest(event, "ada")
    clock.move_to(DUE)
    plan()
    mail = Delivery.objects.get(template=EVE)
    assert mail.key == f"eve:{event.pk}:0:{ada.contact_id}"
    assert (mail.message_class, mail.not_after) == ("service", LAST)


def test_who_signs_up_six_hours_before_gets_exactly_one(clock, event):
    clock.move_to(DUE)
    plan()
    clock.move_to(START - timedelta(hours=6))
    guest(event, "late")
    for _each in range(3):
        plan()
        clock.shift(30)
    assert reminded() == ["late@x.org"]


def test_who_moves_up_after_the_eve_gets_one(clock, event):
    event.set_capacity(1)
    ada, _bob = guest(event, "ada"), guest(event, "bob", "waiting")
    clock.move_to(DUE)
    plan()
    let_go()
    clock.move_to(START - timedelta(hours=5))
    ada.cancel()
    plan()
    plan()
    assert reminded(state="queued") == ["bob@x.org"]


@pytest.mark.parametrize(("before", "expected"), [(180, ["x@x.org"]), (179, []), (61, [])])
def test_who_comes_in_within_three_hours_has_just_been_told(clock, event, before, expected):
    clock.move_to(START - timedelta(minutes=before))
    guest(event, "x")
    plan()
    assert reminded() == expected


# Seats given back


def test_who_cancelled_gets_none(clock, event):
    guest(event, "ada").cancel()
    clock.move_to(DUE)
    assert plan() == 0


def test_cancelling_takes_an_unsent_one_back_but_not_the_answer(clock, event):
    ada = guest(event, "ada")
    clock.move_to(DUE)
    plan()
    ada.cancel()
    states = dict(Delivery.objects.values_list("template", "state"))
    assert states == {EVE: "cancelled", "registrations/cancelled": "queued"}


def test_who_comes_back_after_an_unsent_one_was_taken_back_gets_one(clock, event):
    ada = guest(event, "ada")
    clock.move_to(DUE)
    plan()
    ada.cancel()
    clock.shift(60)
    Registration.objects.register(event, ada.contact)
    plan()
    plan()
    assert reminded() == ["ada@x.org"]


def test_one_that_an_organizer_took_back_is_not_written_again(clock, event):
    guest(event, "ada")
    clock.move_to(DUE)
    plan()
    Delivery.objects.filter(template=EVE).withdraw()
    clock.shift(60)
    assert plan() == 0


def test_who_comes_back_after_it_was_sent_gets_no_second_one(clock, event):
    ada = guest(event, "ada")
    clock.move_to(DUE)
    plan()
    let_go()
    ada.cancel()
    Registration.objects.register(event, ada.contact)
    assert plan() == 0
    assert reminded() == ["ada@x.org"]


# Evenings called off and moved


def test_nobody_is_reminded_of_an_evening_that_is_off(clock, event):
    guest(event, "ada")
    clock.move_to(DUE)
    plan()
    event.cancel()
    assert plan() == 0
    assert reminded() == []
    assert Delivery.objects.get(template=EVE).state == "cancelled"


def test_an_evening_called_off_before_has_no_reminder(clock, event):
    guest(event, "ada")
    event.cancel()
    clock.move_to(DUE)
    assert plan() == 0


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_moved_evening_has_a_reminder_of_its_own(clock, event, was_sent):
    ada = guest(event, "ada")
    clock.move_to(DUE)
    plan()
    if was_sent:
        let_go()
    event.move(date(2026, 12, 17))
    assert plan() == 0
    clock.move_to(DUE + timedelta(days=7) - SECOND)
    assert plan() == 0
    clock.move_to(DUE + timedelta(days=7))
    assert (plan(), plan()) == (1, 0)
    rows = Delivery.objects.filter(template=EVE).order_by("created_at")
    assert [(mail.key, mail.state) for mail in rows] == [
        (f"eve:{event.pk}:0:{ada.contact_id}", "sent" if was_sent else "cancelled"),
        (f"eve:{event.pk}:1:{ada.contact_id}", "queued"),
    ]


def test_an_evening_moved_forward_past_its_eve_reminds_at_once(clock, event):
    guest(event, "ada")
    clock.move_to(datetime(2026, 12, 7, 20, tzinfo=UTC))
    event.move(date(2026, 12, 8))
    assert (plan(), plan()) == (1, 0)


def test_an_evening_that_moves_to_another_zone_reminds_by_its_clocks(clock, event):
    guest(event, "ada")
    event.move(zone="Asia/Kolkata")
    clock.move_to(datetime(2026, 12, 9, 12, 30, tzinfo=UTC) - SECOND)
    assert plan() == 0
    clock.shift(1)
    assert plan() == 1


# When everything stood still


def test_after_a_standstill_it_still_goes_out_until_one_hour_before(clock, event):
    guest(event, "ada")
    clock.move_to(LAST - SECOND)
    assert plan() == 1
    assert Delivery.objects.get(template=EVE).not_after == LAST


@pytest.mark.parametrize(
    "back", [LAST, START, START + timedelta(hours=1), START + timedelta(days=3)]
)
def test_after_a_longer_standstill_nobody_is_reminded_and_it_says_how_many(clock, event, back):
    guest(event, "ada")
    guest(event, "bob")
    clock.move_to(START - timedelta(hours=2))
    guest(event, "late")
    clock.move_to(back)
    assert plan() == 0
    assert reminded() == []
    reminder = Reminder.objects.get()
    assert (reminder.missed, reminder.planned, reminder.closed_at) == (2, 0, timezone.now())


def test_a_reminder_that_was_written_but_never_left_counts_as_missed(clock, event):
    guest(event, "ada")
    guest(event, "bob")
    clock.move_to(DUE)
    plan()
    let_go(address="ada@x.org")
    clock.move_to(LAST)
    assert plan() == 0
    assert Reminder.objects.get().missed == 1


def test_a_reminder_that_reached_everybody_missed_nobody(clock, event):
    guest(event, "ada")
    clock.move_to(DUE)
    plan()
    let_go()
    clock.move_to(LAST)
    plan()
    clock.shift(3600)
    plan()
    reminder = Reminder.objects.get()
    assert (reminder.missed, reminder.closed_at) == (0, LAST)


@pytest.mark.parametrize("first", ["onsite", "online"])
def test_each_is_told_her_own_way_to_take_part_whoever_is_first(clock, first):
    both = make_event(
        starts="2026-12-10T19:00", mode="both", venue=make_venue(),
        online_url="https://join.example.org/room", getting_in="Ring twice",
    )  # fmt: skip
    second = {"onsite": "online", "online": "onsite"}[first]
    for mode in (first, second):
        Registration.objects.register(both, make_contact(f"{mode}@x.org"), mode=mode)
    clock.move_to(eve_of(both))
    plan()
    sender = Sender()
    said = {
        delivery.address: sender._letter(delivery).text
        for delivery in Delivery.objects.filter(template="mailings/eve").order_by("contact_id")
    }

    assert "https://join.example.org/room" in said["online@x.org"]
    assert "Ring twice" not in said["online@x.org"]
    assert "https://join.example.org/room" not in said["onsite@x.org"]
    assert "Ring twice" in said["onsite@x.org"]
