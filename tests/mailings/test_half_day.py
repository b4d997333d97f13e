"""The reminder half a day before, and what an organizer may change of both (O3, need 83)."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from mailings.models import Reminder, ReminderPlan
from mailings.models.reminder_plan import half_day_of
from mailings.reminding import entries
from meetups.models import Refused
from outbox.models import Delivery
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration, make_series
from tests.owed import let_go

pytestmark = pytest.mark.django_db

EVE, HALF = "mailings/eve", "mailings/half_day"
# Minsk is three hours ahead of UTC all year: the start is 19:00 there, the due time 08:00.
START = datetime(2026, 12, 10, 16, tzinfo=UTC)
EVE_DUE = datetime(2026, 12, 9, 15, tzinfo=UTC)
HALF_DUE = datetime(2026, 12, 10, 5, tzinfo=UTC)
LAST = datetime(2026, 12, 10, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(START - timedelta(days=20), tick=False) as clock:
        yield clock


@pytest.fixture
def event(clock):
    return make_event(starts="2026-12-10T19:00")


def plan():
    return Reminder.objects.plan_due()


def of(event, kind):
    return ReminderPlan.objects.of(event, kind)


def written(template):
    rows = Delivery.objects.filter(template=template).exclude(state="cancelled")
    return sorted(rows.values_list("address", flat=True))


def guest(event, name, state="going", **fields):
    return make_registration(event, state, make_contact(f"{name}@x.org", **fields))


def half_day_wanted(event, without_eve=False):
    of(event, "half_day").turn("on")
    if without_eve:
        of(event, "eve").turn("off")


# When


@pytest.mark.parametrize(
    ("zone", "starts", "due_utc"),
    [
        # In the evening: twelve hours before is day already, or it waits until eight.
        ("Europe/Minsk", "2026-12-10T20:00", "2026-12-10T05:00"),
        ("Europe/Minsk", "2026-12-10T21:30", "2026-12-10T06:30"),
        ("Europe/Minsk", "2026-12-10T19:00", "2026-12-10T05:00"),
        # About noon: it would be night; at eight there are three hours left, or not.
        ("Europe/Minsk", "2026-12-10T11:00", "2026-12-10T05:00"),
        ("Europe/Minsk", "2026-12-10T10:59", None),
        ("Europe/Minsk", "2026-12-10T09:00", None),
        # In the morning: the evening before, until nine.
        ("Europe/Minsk", "2026-12-10T08:59", "2026-12-09T17:59"),
        # Zones with summer time, in the night in which it changes.
        ("Europe/Berlin", "2026-03-29T19:00", "2026-03-29T06:00"),
        ("Europe/Berlin", "2026-10-25T19:00", "2026-10-25T07:00"),
        ("America/New_York", "2026-03-08T19:00", "2026-03-08T12:00"),
        ("America/St_Johns", "2026-11-01T19:00", "2026-11-01T11:30"),
        ("Australia/Lord_Howe", "2026-10-04T19:00", "2026-10-03T21:00"),
        ("Africa/Casablanca", "2026-03-22T19:00", "2026-03-22T07:00"),
        ("Asia/Kolkata", "2026-12-10T19:00", "2026-12-10T02:30"),
        # Twelve hours are hours, not hands of a clock: 20:30 of the eve by the new time.
        ("Europe/Berlin", "2026-03-29T08:30", "2026-03-28T18:30"),
    ],
)
def test_it_is_due_twelve_hours_before_but_never_at_night(zone, starts, due_utc):
    due = due_utc and datetime.fromisoformat(f"{due_utc}+00:00")
    with time_machine.travel(datetime(2026, 2, 1, tzinfo=UTC), tick=False):
        assert half_day_of(make_event(make_series(time_zone=zone), starts=starts)) == due


def test_where_there_is_no_moment_for_it_the_time_line_says_so(clock):
    event = make_event(starts="2026-12-10T10:00")
    half_day_wanted(event)
    guest(event, "ada")
    clock.move_to(event.starts_at - timedelta(hours=4))
    plan()
    assert written(HALF) == []
    half = next(entry for entry in entries(event) if entry.kind == "half_day")
    assert (half.state, half.at) == ("never", None)
    assert "night" in half.words


# Who and how often


def test_it_is_sent_only_where_an_organizer_wants_it(clock, event):
    guest(event, "ada")
    clock.move_to(HALF_DUE)
    plan()
    assert (written(EVE), written(HALF)) == (["ada@x.org"], [])


def test_in_addition_everybody_gets_both_each_once(clock, event):
    ada = guest(event, "ada")
    half_day_wanted(event)
    for moment in (EVE_DUE, HALF_DUE - SECOND, HALF_DUE, HALF_DUE + timedelta(hours=1)):
        clock.move_to(moment)
        plan()
        plan()
    assert (written(EVE), written(HALF)) == (["ada@x.org"], ["ada@x.org"])
    half = Delivery.objects.get(template=HALF)
    assert half.key == f"half:{event.pk}:0:{ada.contact_id}"
    assert (half.message_class, half.not_after) == ("service", LAST)


def test_instead_everybody_gets_only_the_later_one(clock, event):
    guest(event, "ada")
    half_day_wanted(event, without_eve=True)
    for moment in (EVE_DUE, HALF_DUE):
        clock.move_to(moment)
        plan()
    assert (written(EVE), written(HALF)) == ([], ["ada@x.org"])


@pytest.mark.parametrize("both", [False, True])
def test_who_signs_up_six_hours_before_gets_exactly_one(clock, event, both):
    if both:
        half_day_wanted(event)
    for moment in (EVE_DUE, HALF_DUE):
        clock.move_to(moment)
        plan()
    clock.move_to(START - timedelta(hours=6))
    guest(event, "late")
    for _each in range(3):
        plan()
        clock.shift(30)
    assert Delivery.objects.count() == 1


def test_who_was_reminded_an_hour_ago_is_not_reminded_again(clock, event):
    half_day_wanted(event)
    clock.move_to(HALF_DUE - timedelta(hours=1))
    guest(event, "ada")
    plan()
    clock.move_to(HALF_DUE)
    plan()
    clock.move_to(START - timedelta(hours=4))
    plan()
    assert (written(EVE), written(HALF)) == (["ada@x.org"], [])


def test_after_a_standstill_over_both_moments_each_person_gets_one(clock, event):
    guest(event, "ada")
    half_day_wanted(event)
    clock.move_to(LAST - SECOND)
    plan()
    plan()
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("back", [LAST, START, START + timedelta(days=3)])
def test_after_a_longer_standstill_it_says_how_many_it_missed(clock, event, back):
    guest(event, "ada")
    half_day_wanted(event, without_eve=True)
    clock.move_to(back)
    assert plan() == 0
    assert Reminder.objects.values_list("kind", "missed").get() == ("half_day", 1)


def test_whom_the_later_one_reached_the_earlier_one_did_not_miss(clock, event):
    guest(event, "ada")
    half_day_wanted(event)
    clock.move_to(LAST - timedelta(hours=2))
    plan()
    let_go()
    clock.move_to(LAST)
    plan()
    assert sorted(Reminder.objects.values_list("kind", "missed")) == [("eve", 0), ("half_day", 0)]


# Moved, called off, given back


@pytest.mark.parametrize("was_sent", [False, True])
def test_a_moved_evening_has_one_of_its_own(clock, event, was_sent):
    ada = guest(event, "ada")
    half_day_wanted(event, without_eve=True)
    clock.move_to(HALF_DUE)
    plan()
    if was_sent:
        let_go(template=HALF)
    event.move(day=event.date + timedelta(days=7))
    clock.move_to(HALF_DUE + timedelta(days=7))
    assert (plan(), plan()) == (1, 0)
    rows = Delivery.objects.filter(template=HALF).order_by("created_at")
    assert [(mail.key, mail.state) for mail in rows] == [
        (f"half:{event.pk}:0:{ada.contact_id}", "sent" if was_sent else "cancelled"),
        (f"half:{event.pk}:1:{ada.contact_id}", "queued"),
    ]


def test_it_goes_by_the_clocks_of_the_zone_to_which_an_evening_moves(clock, event):
    guest(event, "ada")
    half_day_wanted(event, without_eve=True)
    event.move(zone="Asia/Kolkata")
    clock.move_to(datetime(2026, 12, 10, 2, 30, tzinfo=UTC) - SECOND)
    assert plan() == 0
    clock.shift(1)
    assert plan() == 1


def test_nobody_gets_it_after_the_evening_was_called_off(clock, event):
    guest(event, "ada")
    half_day_wanted(event, without_eve=True)
    clock.move_to(HALF_DUE)
    plan()
    event.cancel()
    assert plan() == 0
    assert written(HALF) == []


def test_who_gives_her_seat_back_and_takes_one_again_gets_it(clock, event):
    ada = guest(event, "ada")
    half_day_wanted(event, without_eve=True)
    clock.move_to(HALF_DUE)
    plan()
    ada.cancel()
    clock.shift(60)
    Registration.objects.register(event, ada.contact)
    plan()
    plan()
    assert written(HALF) == ["ada@x.org"]


# What an organizer changes


def test_the_eve_reminder_leaves_at_the_time_she_chose(clock, event):
    guest(event, "ada")
    eve = of(event, "eve")
    eve.days_before, eve.at = 3, time(12)
    eve.change()
    clock.move_to(datetime(2026, 12, 7, 9, tzinfo=UTC) - SECOND)
    assert plan() == 0
    clock.shift(1)
    assert plan() == 1


def test_her_words_and_subject_are_in_the_letter_above_the_facts(clock, event):
    make_registration(event, contact=make_contact("ada@x.org", "Ada"))
    eve = of(event, "eve")
    eve.words, eve.subject = "{name}, bring a <b>lamp</b>.", "Lamps for {evening}"
    eve.change()
    clock.move_to(EVE_DUE)
    plan()
    letter = Delivery.objects.get().render()
    assert letter.subject == f"Lamps for {event.title}"
    assert letter.text.index("Ada, bring a <b>lamp</b>.") < letter.text.index("19:00 (Minsk)")
    assert "<b>lamp" not in letter.html


@pytest.mark.parametrize("state", ["paused", "off"])
def test_paused_or_left_out_nothing_leaves_until_it_goes_on(clock, event, state):
    guest(event, "ada")
    clock.move_to(EVE_DUE)
    plan()
    assert of(event, "eve").turn(state) == 1
    guest(event, "bob")
    assert plan() == 0
    assert Delivery.objects.get(template=EVE).state == "held"
    assert of(event, "eve").turn("on") == 1
    assert plan() == 1
    rows = Delivery.objects.filter(template=EVE).values_list("address", "state")
    assert sorted(rows) == [("ada@x.org", "queued"), ("bob@x.org", "queued")]


def test_what_has_left_to_somebody_keeps_its_words(clock, event):
    guest(event, "ada")
    clock.move_to(EVE_DUE)
    plan()
    with pytest.raises(Refused, match="has left already"):
        of(event, "eve").change()


@pytest.mark.parametrize(
    ("days", "at", "sentence"),
    [(0, time(18, 30), "less than an hour"), (15, time(12), "two weeks"), (1, None, "Say both")],
)
def test_moments_that_make_no_sense_are_refused(clock, event, days, at, sentence):
    eve = of(event, "eve")
    eve.days_before, eve.at = days, at
    with pytest.raises(ValidationError, match=sentence):
        eve.clean()


# By phone


def test_who_prefers_calls_is_called_and_gets_no_mail(clock, event):
    guest(event, "ada", channel="voice", phone="+375291112233")
    guest(event, "eve", channel="voice")
    guest(event, "bob", phone="+375291112244")
    clock.move_to(EVE_DUE)
    plan()
    rows = Delivery.objects.filter(template=EVE).values_list("channel", "address")
    assert sorted(rows) == [
        ("email", "bob@x.org"), ("email", "eve@x.org"), ("voice", "+375291112233"),
    ]  # fmt: skip


def test_everybody_with_a_number_is_called_where_she_wants_it(clock, event):
    guest(event, "ada", phone="+375291112233")
    guest(event, "bob")
    eve = of(event, "eve")
    eve.by_phone = True
    eve.change()
    clock.move_to(EVE_DUE)
    plan()
    rows = Delivery.objects.filter(template=EVE).values_list("channel", "address")
    assert sorted(rows) == [("email", "bob@x.org"), ("voice", "+375291112233")]


def test_whom_nobody_called_in_time_is_told_by_mail(clock, event):
    guest(event, "ada", channel="voice", phone="+375291112233")
    clock.move_to(EVE_DUE)
    plan()
    clock.move_to(START - timedelta(hours=3))
    plan()
    mail = Delivery.objects.get()
    assert (mail.channel, mail.address, mail.state) == ("email", "ada@x.org", "queued")


# The tick


def test_an_idle_tick_asks_three_things_however_many_evenings_there_are(
    clock, event, django_assert_max_num_queries
):
    for _each in range(5):
        make_event(event.series, starts="2026-12-01T19:00")
    with django_assert_max_num_queries(3):
        plan()
