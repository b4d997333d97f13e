"""Digests over many months: at the right moment everywhere, the right people, never twice."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from config.tick import tick
from mailings.digests import advance_digests
from mailings.models import Digest
from mailings.months import due_at
from meetups.models import Subscription
from outbox.models import Delivery
from tests.builders import make_contact, make_event, make_follower, make_series
from tests.owed import let_go
from tests.threads import in_threads

TEN, HALF_PAST_TWO = time(10), time(2, 30)


@pytest.mark.parametrize(
    ("period", "day", "at", "zone", "due"),
    [
        ("2027-02", 29, TEN, "Europe/Minsk", "2027-02-28T07:00"),
        ("2028-02", 29, TEN, "Europe/Minsk", "2028-02-29T07:00"),
        ("2028-02", 30, TEN, "Europe/Minsk", "2028-02-29T07:00"),
        ("2027-04", 31, TEN, "Europe/Minsk", "2027-04-30T07:00"),
        ("2026-12", 31, TEN, "Europe/Minsk", "2026-12-31T07:00"),
        ("2027-01", 1, TEN, "Europe/Minsk", "2027-01-01T07:00"),
        # A day earlier and a day later than in London.
        ("2027-01", 1, TEN, "Pacific/Kiritimati", "2026-12-31T20:00"),
        ("2027-02", 31, TEN, "Pacific/Kiritimati", "2027-02-27T20:00"),
        ("2026-12", 31, time(22), "Pacific/Pago_Pago", "2027-01-01T09:00"),
        ("2027-03", 1, TEN, "Pacific/Pago_Pago", "2027-03-01T21:00"),
        # An hour that does not exist, one that exists twice, a day that the calendar leaves out.
        ("2026-03", 29, HALF_PAST_TWO, "Europe/Berlin", "2026-03-29T01:00"),
        ("2026-10", 25, HALF_PAST_TWO, "Europe/Berlin", "2026-10-25T00:30"),
        ("2011-12", 30, TEN, "Pacific/Apia", "2011-12-30T10:00"),
        ("2026-03", 31, TEN, "Europe/Berlin", "2026-03-31T08:00"),
    ],
)
def test_when_it_is_due(period, day, at, zone, due):
    assert due_at(period, day, at, zone) == datetime.fromisoformat(due + "+00:00")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "day", "at", "zone", "due"),
    [
        ("2026-03", 29, HALF_PAST_TWO, "Europe/Berlin", "2026-03-29T01:00"),
        ("2026-10", 25, HALF_PAST_TWO, "Europe/Berlin", "2026-10-25T00:30"),
        ("2027-01", 1, TEN, "Pacific/Kiritimati", "2026-12-31T20:00"),
    ],
)
def test_it_is_written_at_that_moment_and_once(period, day, at, zone, due):
    due = datetime.fromisoformat(due + "+00:00")
    with time_machine.travel(due - timedelta(days=2), tick=False) as clock:
        series = make_series(time_zone=zone, digest_day=day, digest_time=at)
        make_follower(series)
        make_event(series, starts_in=timedelta(days=20))
        written = []
        for moment in (-1, 0, 1, 3600, 7200):
            clock.move_to(due + timedelta(seconds=moment))
            written.append(advance_digests())
    assert written == [0, 1, 0, 0, 0]
    assert Delivery.objects.get().key.startswith(f"digest:{period}:")


# The last day of each month at ten by everybody's own clocks: when that is in UTC on Kiritimati
# (14 hours ahead), in Minsk (3 hours ahead) and in Pago Pago (11 hours behind).
MONTHS = {
    "2027-12": ("12-30T20", "12-31T07", "12-31T21"),
    "2028-01": ("01-30T20", "01-31T07", "01-31T21"),
    "2028-02": ("02-28T20", "02-29T07", "02-29T21"),
    "2028-03": ("03-30T20", "03-31T07", "03-31T21"),
    "2028-04": ("04-29T20", "04-30T07", "04-30T21"),
    "2028-05": ("05-30T20", "05-31T07", "05-31T21"),
    "2028-06": ("06-29T20", "06-30T07", "06-30T21"),
    "2028-07": ("07-30T20", "07-31T07", "07-31T21"),
    "2028-08": ("08-30T20", "08-31T07", "08-31T21"),
    "2028-09": ("09-29T20", "09-30T07", "09-30T21"),
    "2028-10": ("10-30T20", "10-31T07", "10-31T21"),
    "2028-11": ("11-29T20", "11-30T07", "11-30T21"),
    "2028-12": ("12-30T20", "12-31T07", "12-31T21"),
    "2029-01": ("01-30T20", "01-31T07", "01-31T21"),
    "2029-02": ("02-27T20", "02-28T07", "02-28T21"),
}
# Who gets it at each of the three moments. Nobody in July and August: no evening is near. East
# and West move house on 15 May. Joy joins on 29 February at noon, when it has left in Minsk;
# Joe an hour before. Lea leaves on 30 September at noon in Pago Pago, after hers; Leo an hour
# before his. Pat pauses from June to October.
EXPECTED = {
    "2027-12": ("east", "home lea pat", "west leo"),
    "2028-01": ("east", "home lea pat", "west leo"),
    "2028-02": ("east", "home lea pat joe", "west leo"),
    "2028-03": ("east", "home lea pat joe joy", "west leo"),
    "2028-04": ("east", "home lea pat joe joy", "west leo"),
    "2028-05": ("west", "home lea pat joe joy", "east leo"),
    "2028-06": ("west", "home lea joe joy", "east leo"),
    "2028-07": ("", "", ""),
    "2028-08": ("", "", ""),
    "2028-09": ("west", "home lea joe joy", "east"),
    "2028-10": ("west", "home pat joe joy", "east"),
    "2028-11": ("west", "home pat joe joy", "east"),
    "2028-12": ("west", "home pat joe joy", "east"),
    "2029-01": ("west", "home pat joe joy", "east"),
    "2029-02": ("west", "home pat joe joy", "east"),
}
EVENINGS = [
    "2028-01-20", "2028-02-17", "2028-03-16", "2028-04-20", "2028-05-18", "2028-06-15",
    "2028-07-13", "2028-10-27", "2028-11-16", "2028-12-14", "2029-01-18", "2029-02-15",
    "2029-03-15",
]  # fmt: skip


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def what_happens(series):
    """What people do meanwhile, by the moment at which they do it."""

    def joins(name):
        return lambda: make_follower(series, make_contact(f"{name}@x.org"))

    def follows(name):
        return Subscription.objects.filter(member__contact__email=f"{name}@x.org")

    def leaves(name):
        return lambda: follows(name).update(withdrawn_at=timezone.now())

    def move_house():
        east, west = (follows(name).get().member.contact for name in ("east", "west"))
        east.time_zone, west.time_zone = west.time_zone, east.time_zone
        east.save()
        west.save()

    return {
        at("2028-02-29T06:00"): joins("joe"),
        at("2028-02-29T12:00"): joins("joy"),
        at("2028-05-15T12:00"): move_house,
        at("2028-06-01T12:00"): lambda: follows("pat").update(paused_until=at("2028-10-15T12:00")),
        at("2028-09-30T20:00"): leaves("leo"),
        at("2028-09-30T23:00"): leaves("lea"),
    }


def moments_of(happenings):
    """Each due moment, the second before, an hour and two days later; and what happens between."""
    found = set(happenings)
    for period, days in MONTHS.items():
        for day in days:
            due = at(f"{period[:4]}-{day}:00")
            found |= {
                due + timedelta(seconds=s) for s in (-1, 0, 30, 3600, 172_800 - 1, 172_800 + 3600)
            }
    return sorted(found)


def got_at(moment):
    rows = Delivery.objects.filter(created_at=moment).values_list("address", flat=True)
    return {address.partition("@")[0] for address in rows}


@pytest.mark.django_db
def test_fifteen_months():
    with time_machine.travel(at("2027-12-01T12:00"), tick=False) as clock:
        series = make_series(digest_day=31)
        zones = {"east": "Pacific/Kiritimati", "west": "Pacific/Pago_Pago"}
        zones |= {"leo": "Pacific/Pago_Pago"}
        for name in ("home", "east", "west", "lea", "leo", "pat"):
            person = make_contact(f"{name}@x.org", time_zone=zones.get(name, ""))
            make_follower(series, person)
        for day in EVENINGS:
            make_event(series, starts=f"{day}T19:00")
        happenings = what_happens(series)
        for moment in moments_of(happenings):
            clock.move_to(moment)
            happenings.get(moment, lambda: None)()
            advance_digests()
            let_go()
    due = {
        period: tuple(at(f"{period[:4]}-{day}:00") for day in days)
        for period, days in MONTHS.items()
    }
    assert {
        period: tuple(got_at(moment) for moment in moments) for period, moments in due.items()
    } == {period: tuple(set(names.split()) for names in who) for period, who in EXPECTED.items()}
    expected = sum(len(names.split()) for who in EXPECTED.values() for names in who)
    assert Delivery.objects.count() == expected
    keys = Delivery.objects.values_list("key", flat=True)
    assert len(set(keys)) == expected
    digests = Digest.objects.filter(period__in=MONTHS)
    assert set(digests.values_list("state", "missed")) == {("started", 0)}
    assert digests.filter(closed_at=None).count() == 0


@pytest.mark.django_db(transaction=True)
def test_three_planners_and_two_schedulers_at_once():
    with time_machine.travel(at("2026-12-01T07:00"), tick=True):
        several = [make_series(digest_day=1) for _each in range(2)]
        people = [make_contact() for _each in range(30)]
        for series in several:
            make_event(series, starts="2026-12-17T19:00")
            for person in people:
                make_follower(series, person)
        tasks = [advance_digests, advance_digests, advance_digests, tick, tick]
        in_threads(5, lambda number: [tasks[number]() for _again in range(2)])
    letters = Delivery.objects.filter(template="mailings/digest")
    assert letters.count() == 30
    assert letters.values("contact").distinct().count() == 30
    assert letters.values("batch").distinct().count() == 1
    assert sorted(Digest.objects.values_list("planned", flat=True)) == [30, 30]
