"""Invitations: whom they reach, when, and that nobody gets one twice (O1, O2)."""

from datetime import datetime, timedelta
from time import monotonic

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone

from mailings import sending
from mailings.models import HeldBack, Wave
from mailings.reach import reach
from mailings.sending import start, start_due
from meetups.following.follower import Follower
from meetups.models import Event, Refused
from outbox.models import Cap, Delivery, Suppression
from registrations.models import Registration
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_registration,
    make_series,
    make_wave,
)
from tests.mailings.test_planners import PEOPLE
from tests.threads import in_threads, patience

FOLLOWERS = """
WITH known AS (
    INSERT INTO meetups_member (series_id, contact_id, source, tags, notes, first_met)
    SELECT %(series)s, id, 'file', '', '', %(now)s FROM people_contact RETURNING id
)
INSERT INTO meetups_subscription (member_id, channel, pace, source, text_version, given_at,
    confirmed_at, network)
SELECT id, 'email', 'all', 'file', '', %(now)s, %(now)s, '' FROM known
"""


def follower(series, **fields):
    return make_follower(series, **fields).member.contact


NOON = datetime.fromisoformat("2026-12-01T12:00:00+03:00")


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON):
        yield


@pytest.mark.django_db
def test_a_new_evening_has_its_messages_as_drafts():
    event = make_event(starts="2026-12-31T19:00")
    planned = [(w.purpose, w.number, w.day.isoformat(), w.state) for w in event.waves.all()]
    assert planned == [
        ("invitation", 1, "2026-12-10", "draft"),
        ("invitation", 2, "2026-12-28", "draft"),
        ("thanks", None, "2027-01-01", "draft"),
        ("recap", None, "2027-01-07", "draft"),
    ]


@pytest.mark.django_db
def test_a_third_invitation_is_refused():
    event = make_event(starts="2026-12-31T19:00")
    with pytest.raises(Refused, match="already has its two invitations"):
        Wave(event=event, days_before=1, at=event.time).clean()
    with pytest.raises(IntegrityError):
        Wave.objects.create(event=event, number=2, days_before=1, at=event.time)


@pytest.mark.django_db
def test_everybody_is_judged_once():
    series = make_series()
    event = make_event(series, starts="2026-12-10T19:00")
    make_follower(series)
    make_registration(event, contact=follower(series))
    make_follower(series, pace="digest")
    blocked = follower(series)
    Suppression.objects.add_address(blocked.email.upper(), Suppression.Reason.COMPLAINT)
    bounced = follower(series)
    Suppression.objects.add_address(bounced.email, Suppression.Reason.BOUNCE)
    wave = make_wave(event)
    assert reach(wave) == {
        ("email", ""): 1,
        ("email", "registered"): 1,
        ("email", "less"): 1,
        ("email", "suppressed"): 1,
        ("email", "bounced"): 1,
    }
    assert start_due() == 1
    assert HeldBack.objects.count() == 4


@pytest.mark.django_db
def test_past_attendees_need_to_have_agreed():
    series = make_series()
    past = make_event(series, starts="2026-10-10T19:00")
    seen, unasked = follower(series), make_contact()
    for guest in (seen, unasked):
        make_registration(past, contact=guest, came=True)
    wave = make_wave(make_event(series, starts="2026-12-10T19:00"), audience="past_attendees")
    assert reach(wave) == {("email", ""): 1, ("email", "no consent"): 1}


@pytest.mark.django_db
def test_followers_of_another_line_are_not_meant():
    series = make_series()
    web, data = make_line(series), make_line(series)
    for line in (web, data, None):
        make_follower(series, line=line)
    wave = make_wave(make_event(series, starts="2026-12-10T19:00", line=web))
    assert reach(wave) == {("email", ""): 2}


@pytest.mark.django_db
def test_two_campaigns_on_one_day_reach_a_person_once():
    waves = []
    person = make_contact()
    for _each in range(2):
        series = make_series()
        make_follower(series, contact=person)
        waves.append(make_wave(make_event(series, starts="2026-12-10T19:00")))
    assert start_due() == 1
    assert sorted(
        (w.planned, w.held) for w in Wave.objects.filter(pk__in=[w.pk for w in waves])
    ) == [
        (0, 1),
        (1, 0),
    ]
    assert HeldBack.objects.get().reason == "capped"


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "reached"), [(6, 0), (7, 1)])
def test_a_week_later_she_may_be_written_to_again(days, reached):
    series = make_series()
    person = follower(series)
    make_wave(make_event(series, starts="2026-12-20T19:00"))
    start_due()
    Delivery.objects.filter(contact=person).update(
        state="sent", sent_at=timezone.now(), handed_over_at=timezone.now()
    )
    with time_machine.travel(NOON + timedelta(days=days)):
        make_wave(make_event(series, starts="2026-12-20T19:00"))
        assert start_due() == reached


@pytest.mark.django_db
@pytest.mark.parametrize(("due", "reason"), [("2026-12-07", "capped"), ("2026-12-08", "")])
def test_before_the_release_caps_are_asked_for_the_day_on_which_it_leaves(due, reason):
    series = make_series()
    make_follower(series)
    make_wave(make_event(series, starts="2026-12-10T19:00"))
    start_due()
    later = make_wave(make_event(series, starts="2026-12-10T19:00"), due=f"{due}T18:00")
    assert reach(later) == {("email", reason): 1}


@pytest.mark.django_db
def test_the_organizers_own_number_counts():
    series = make_series()
    Cap.objects.create(realm=series.realm, channel="email", most=2, days=7)
    make_follower(series)
    for _each in range(3):
        make_wave(make_event(series, starts="2026-12-10T19:00"))
    assert start_due() == 2


@pytest.mark.django_db
def test_who_registers_after_the_planning_gets_no_invitation():
    series = make_series()
    person = follower(series)
    event = make_event(series, starts="2026-12-10T19:00")
    make_wave(event)
    assert start_due() == 1
    Registration.objects.register(event, person)
    assert Delivery.objects.get(message_class="promotional").state == "cancelled"


@pytest.mark.django_db
def test_what_had_not_left_before_a_move_is_written_anew():
    series = make_series()
    first, _second = follower(series), follower(series)
    event = make_event(series, starts="2026-12-10T19:00")
    wave = make_wave(event)
    start_due()
    sent = Delivery.objects.get(contact=first)
    Delivery.objects.filter(pk=sent.pk).update(
        state="sent", sent_at=timezone.now(), handed_over_at=timezone.now()
    )
    event.move(at=event.time.replace(hour=20))
    assert start_due() == 1
    alive = wave.messages().filter(state="queued")
    assert [d.about for d in alive] == [event.about]
    assert start_due() == 0


@pytest.mark.django_db(transaction=True)
def test_three_planners_at_once_plan_a_wave_once():
    series = make_series()
    for _each in range(30):
        make_follower(series)
    wave = make_wave(make_event(series, starts="2026-12-10T19:00"))
    written = in_threads(3, lambda _number: start_due())
    assert sorted(written) == [0, 0, 30]
    wave.refresh_from_db()
    assert (Delivery.objects.count(), wave.planned) == (30, 30)


@pytest.mark.django_db(transaction=True)
def test_two_campaigns_planned_at_the_same_moment_reach_a_person_once():
    person, waves = make_contact(), []
    for _each in range(4):
        series = make_series()
        make_follower(series, contact=person)
        waves.append(make_wave(make_event(series, starts="2026-12-10T19:00")))
    assert sorted(in_threads(4, lambda number: start(waves[number]))) == [0, 0, 0, 1]
    assert Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_registers_while_the_rows_are_written_gets_no_invitation(monkeypatch):
    """Her registration sees no row to take back yet, so the planner looks once more."""
    series = make_series()
    person = follower(series)
    wave = make_wave(make_event(series, starts="2026-12-10T19:00"))
    write = sending._write

    def write_while_she_registers(*args):
        done = write(*args)
        in_threads(1, lambda _number: Registration.objects.register(wave.event, person))
        return done

    monkeypatch.setattr(sending, "_write", write_while_she_registers)
    start(wave)
    assert wave.messages().get().state == "cancelled"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [Follower.leave, Follower.pause, Follower.only_digest])
def test_who_asks_for_less_while_the_rows_are_written_gets_no_invitation(monkeypatch, verb):
    series = make_series()
    leaver, other = follower(series), follower(series)
    wave = make_wave(make_event(series, starts="2026-12-10T19:00"))
    write = sending._write

    def write_while_she_clicks(*args):
        done = write(*args)
        in_threads(1, lambda _number: verb(Follower(leaver, series)))
        return done

    monkeypatch.setattr(sending, "_write", write_while_she_clicks)
    start(wave)
    states = dict(wave.messages().values_list("contact", "state"))
    assert states == {leaver.pk: "cancelled", other.pk: "queued"}


@pytest.mark.django_db
def test_a_wave_that_cannot_be_written_costs_the_others_nothing():
    events = [make_event(starts="2026-12-10T19:00") for _each in range(3)]
    for event in events:
        make_wave(event)
        follower(event.series)
    # A zone that this machine's database of zones does not have any more.
    Event.objects.filter(pk=events[1].pk).update(zone="Mars/Olympus")
    assert start_due() == 2
    assert not events[1].waves.get().messages().exists()


@pytest.mark.django_db
def test_five_thousand_invitations_are_written_within_seconds():
    series = make_series()
    event = make_event(series, starts="2026-12-10T19:00")
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"count": 5000, "now": timezone.now()})
        cursor.execute(FOLLOWERS, {"series": series.pk, "now": timezone.now()})
        # As after a file was loaded: what PostgreSQL knows of these tables is of the test before.
        cursor.execute("ANALYZE people_contact, meetups_member, meetups_subscription")
    make_wave(event)
    began = monotonic()
    assert start_due() == 5000
    took = monotonic() - began
    assert Delivery.objects.values("contact").distinct().count() == 5000
    assert took < patience(5), f"{took:.1f} s"


@pytest.mark.django_db
def test_a_cancelled_invitation_that_somebody_got_still_counts():
    series = make_series()
    first, _second = follower(series), follower(series)
    event = make_event(series, starts="2026-12-10T19:00")
    wave = make_wave(event)
    start_due()
    wave.messages().filter(contact=first).update(
        state="sent", sent_at=timezone.now(), handed_over_at=timezone.now()
    )
    assert wave.cancel() == 1
    assert event.waves.invitations().count() == 1
    with pytest.raises(IntegrityError):
        Wave.objects.create(event=event, number=1, days_before=1, at=event.time)


@pytest.mark.django_db
def test_a_cancelled_evening_lets_nothing_leave():
    series = make_series()
    make_follower(series)
    event = make_event(series, starts="2026-12-10T19:00")
    wave = make_wave(event)
    event.cancel()
    assert start_due() == 0
    with pytest.raises(Refused, match="cancelled"):
        wave.send_now(None)


@pytest.mark.django_db(transaction=True)
def test_paused_and_released_at_one_moment_it_is_either_and_leaves_at_most_once():
    series = make_series()
    make_follower(series)
    wave = make_wave(make_event(series, starts="2026-12-10T19:00"))
    in_threads(2, lambda number: start_due() if number else Wave.objects.get(pk=wave.pk).pause())
    wave.refresh_from_db()
    assert wave.state == "paused"
    assert not Delivery.objects.filter(state="queued").exists()


@pytest.mark.django_db(transaction=True)
def test_two_organizers_add_the_last_invitation_at_one_moment():
    event = make_event(starts="2026-12-31T19:00")
    event.waves.filter(number=2).delete()

    def add(_number):
        wave = Wave(event=event, days_before=3, at=event.time)
        try:
            wave.clean()
            wave.save()
        except (Refused, IntegrityError):
            return 0
        return 1

    assert sorted(in_threads(2, add)) == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_an_evening_may_move_while_its_wave_leaves():
    series = make_series()
    for _each in range(20):
        make_follower(series)
    for minute in range(6):
        event = make_event(series, starts="2026-12-10T19:00")
        wave = make_wave(event)
        Wave.objects.create(event=event, number=2, days_before=3, at=event.time)
        later = event.time.replace(hour=20, minute=minute)
        tasks = [start_due, lambda: event.move(at=later)]  # noqa: B023 (run before the next round)
        in_threads(2, lambda number: tasks[number]())  # noqa: B023
        start_due()
        event.refresh_from_db()
        alive = wave.messages().filter(state="queued")
        assert set(alive.values_list("about", flat=True)) <= {event.about}
