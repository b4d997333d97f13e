"""Wall time and instants: the instants on the right were worked out by hand."""

from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError

from meetups.walltime import instant, place_of_zone, validate_zone


def at(text):
    """Wall time as its date and its time."""
    wall = datetime.fromisoformat(text)
    return wall.date(), wall.time()


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        ("Europe/Minsk", "2026-12-10T19:00", "2026-12-10T16:00"),
        ("Asia/Kolkata", "2026-12-10T19:00", "2026-12-10T13:30"),
        ("America/St_Johns", "2026-12-10T19:00", "2026-12-10T22:30"),
        ("Asia/Tehran", "2026-12-10T19:00", "2026-12-10T15:30"),
        ("Asia/Kathmandu", "2026-12-10T19:00", "2026-12-10T13:15"),
        ("Pacific/Kiritimati", "2026-12-10T19:00", "2026-12-10T05:00"),
        ("Pacific/Pago_Pago", "2026-12-10T19:00", "2026-12-11T06:00"),
        # Summer and winter of one zone.
        ("Europe/Berlin", "2026-07-09T19:00", "2026-07-09T17:00"),
        ("Europe/Berlin", "2026-12-10T19:00", "2026-12-10T18:00"),
        # Half an hour of summer time.
        ("Australia/Lord_Howe", "2026-07-09T19:00", "2026-07-09T08:30"),
        ("Australia/Lord_Howe", "2026-12-10T19:00", "2026-12-10T08:00"),
    ],
)
def test_a_wall_time_is_an_instant(zone, wall, utc):
    assert instant(*at(wall), zone) == datetime.fromisoformat(utc + "+00:00")


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        # 02:00 becomes 03:00.
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29T02:59", "2026-03-29T01:00"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/St_Johns", "2026-03-08T02:30", "2026-03-08T05:30"),
        ("Africa/Casablanca", "2026-03-22T02:30", "2026-03-22T02:00"),
        # 02:00 becomes 02:30.
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),
        # Midnight becomes one o'clock.
        ("Asia/Tehran", "2022-03-22T00:30", "2022-03-21T20:30"),
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),
        # One minute past midnight becomes one minute past one.
        ("America/St_Johns", "2011-03-13T00:30", "2011-03-13T03:31"),
        # Eleven in the evening becomes midnight, so that half past eleven is no time to begin.
        ("America/Nuuk", "2026-03-28T23:30", "2026-03-29T01:00"),
        # A whole day left out at the date line.
        ("Pacific/Apia", "2011-12-30T18:00", "2011-12-30T10:00"),
        ("Pacific/Kiritimati", "1994-12-31T18:00", "1994-12-31T10:00"),
    ],
)
def test_a_wall_time_that_does_not_exist_means_the_first_instant_after_the_gap(zone, wall, utc):
    assert instant(*at(wall), zone) == datetime.fromisoformat(utc + "+00:00")


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("America/St_Johns", "2026-11-01T01:30", "2026-11-01T04:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45"),
        ("Africa/Casablanca", "2026-02-15T02:30", "2026-02-15T01:30"),
        # Midnight becomes eleven in the evening.
        ("America/Nuuk", "2026-10-24T23:30", "2026-10-25T00:30"),
    ],
)
def test_a_wall_time_that_exists_twice_means_the_first_of_the_two(zone, wall, utc):
    assert instant(*at(wall), zone) == datetime.fromisoformat(utc + "+00:00")


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2026-03-29T01:59", "2026-03-29T00:59"),
        ("2026-03-29T03:00", "2026-03-29T01:00"),
        ("2026-10-25T01:59", "2026-10-24T23:59"),
        ("2026-10-25T03:00", "2026-10-25T02:00"),
    ],
)
def test_the_minutes_around_a_change_are_ordinary_ones(wall, utc):
    assert instant(*at(wall), "Europe/Berlin") == datetime.fromisoformat(utc + "+00:00")


def test_the_answer_is_in_utc():
    assert instant(date(2026, 12, 10), time(19), "Asia/Kolkata").tzinfo is UTC


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_year_no_calendar_can_hold_is_refused_with_a_sentence(day):
    with pytest.raises(ValidationError, match="year"):
        instant(day, time(23, 59) if day == date.max else time(0), "Europe/Minsk")


@pytest.mark.parametrize("zone", ["Europe/Minsk", "America/Argentina/Buenos_Aires", "UTC"])
def test_a_zone_of_the_database_is_taken(zone):
    validate_zone(zone)


@pytest.mark.parametrize(
    "zone", ["", "Minsk", "europe/minsk", "UTC+3", "../etc/passwd", "Europe/Minsk\x00", "Europe"]
)
def test_what_is_no_zone_is_refused(zone):
    with pytest.raises(ValidationError, match="is no time zone"):
        validate_zone(zone)


def test_a_zone_is_called_by_its_city():
    assert place_of_zone("America/Argentina/Buenos_Aires") == "Buenos Aires"
