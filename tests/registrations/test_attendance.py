"""Regular, recurring, one-off by month, and the evenings one after the other (O6, needs 63, 66)."""

import random
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock

import pytest
from django.db import connection
from django.test import Client

from meetups.models import Cycle, Event, Series
from registrations.attendance.charts import Bar, chart
from registrations.attendance.kinds import Count, Month, kinds_by_month
from registrations.attendance.occasions import occasions_of
from registrations.attendance.report import figures_in_words, kinds_in_words, report_of
from registrations.models import Registration, Scan
from registrations.models.seats import REGULAR_VISITS
from tests.admin.pages import save
from tests.builders import (
    make_contact,
    make_event,
    make_organizer,
    make_registration,
    make_series,
)

pytestmark = pytest.mark.django_db

# For each month with at least one list: people who came, by the kind they had then. Nothing of it
# is our code: the twelve months that end with the month are a range, a cycle one evening on the
# day of its first session.
BY_PLAIN_SQL = """
WITH occasion AS (
  SELECT e.id AS event, coalesce('c' || e.cycle_id, 'e' || e.id) AS name,
         date_trunc('month', min(e.date) OVER
           (PARTITION BY coalesce('c' || e.cycle_id, 'e' || e.id)))::date AS month
  FROM meetups_event e
  WHERE e.series_id = %(series)s AND e.status = 'published' AND e.ends_at <= now()
), visit AS (
  SELECT DISTINCT o.name, o.month, r.contact_id
  FROM registrations_registration r JOIN occasion o ON o.event = r.event_id
  WHERE r.came AND r.state = 'going'
), present AS (SELECT DISTINCT month, contact_id FROM visit),
often AS (
  SELECT p.month, p.contact_id, (
    SELECT count(*) FROM visit v WHERE v.contact_id = p.contact_id
      AND v.month BETWEEN p.month - interval '11 months' AND p.month) AS times
  FROM present p
)
SELECT month, count(*) FILTER (WHERE times >= 3), count(*) FILTER (WHERE times = 2),
       count(*) FILTER (WHERE times = 1)
FROM often GROUP BY month
"""


@pytest.fixture
def series():
    return make_series("minsk")


@pytest.fixture
def desk(series):
    browser = Client()
    browser.force_login(make_organizer(series))
    return browser


def evening(series, day: str, *came, **fields):
    """An evening of that day to which these people came."""
    event = make_event(series, starts=f"{day}T19:00", **fields)
    for contact in came:
        make_registration(event, contact=contact, came=True)
    return event


def kinds(series, until=None):
    found = kinds_by_month(occasions_of(series), until or Month(2026, 10))
    return {
        f"{m.year}-{m.number:02}": (c.regular, c.recurring, c.one_off) for m, c in found.items()
    }


def people(count):
    return [make_contact() for _each in range(count)]


def crowd(series: Series, evenings: int, seats: int, contacts: int, end=date(2026, 10, 15)) -> None:
    """So many evenings, a month apart at most, with a few cycles, gaps and forgotten lists."""
    dice = random.Random(7)
    known = people(contacts)
    events = Event.objects.bulk_create(_evenings(series, evenings, end))
    rows = []
    for n, event in enumerate(events):
        for contact in dice.sample(known, min(seats, contacts)):
            seat = Registration(event=event, contact=contact, mode="onsite", state="going")
            seat.token_hash = f"{event.pk}-{contact.pk}"
            seat.guests = dice.choice([0, 0, 0, 2])
            seat.source = dice.choice(["", "", "walk-in"])
            is_here = dice.random() < 0.4 or seat.source == "walk-in"
            seat.came = is_here if n % 7 != 3 else None
            rows.append(seat)
    Registration.objects.bulk_create(rows)


def _evenings(series, evenings, end):
    for n in range(evenings):
        name = f"{end} {n // 9}"
        cycle = Cycle.objects.get_or_create(series=series, name=name)[0] if n % 9 < 2 else None
        day = end - timedelta(days=13 * n)
        at = datetime.combine(day, clock(16), UTC)
        yield Event(
            series=series, slug=f"{end}-{n}", title=f"Evening {n}", status="published",
            cycle=cycle, date=day, time=clock(19), zone="Europe/Minsk", starts_at=at,
            ends_at=at + timedelta(hours=2),
        )  # fmt: skip


# Kinds


def test_with_six_people_each_is_what_the_words_say(series):
    ann, bob, cid, dan, eve, fay = people(6)
    evening(series, "2026-01-15", ann, bob, cid)
    evening(series, "2026-02-19", ann, bob)
    evening(series, "2026-03-19", ann, dan, eve, fay)
    assert kinds(series, Month(2026, 3)) == {
        "2026-01": (0, 0, 3),
        "2026-02": (0, 2, 0),
        "2026-03": (1, 0, 3),
    }


def test_after_twelve_months_a_visit_is_forgotten(series):
    (ann,) = people(1)
    for day in ["2025-01-16", "2025-02-20", "2025-12-18", "2026-01-15"]:
        evening(series, day, ann)
    found = kinds(series)
    assert found["2025-12"] == (1, 0, 0)  # January, February and December of one year
    assert found["2026-01"] == (1, 0, 0)  # February, December and this month
    evening(series, "2026-03-19", ann)
    assert kinds(series)["2026-03"] == (1, 0, 0)  # December, January, March
    evening(series, "2026-10-15")
    assert kinds(series)["2026-10"] == (0, 0, 0)


def test_what_happens_later_changes_no_month_that_was(series):
    ann, bob = people(2)
    evening(series, "2026-01-15", ann, bob)
    evening(series, "2026-02-19", ann)
    before = kinds(series, Month(2026, 2))
    for day in ["2026-03-19", "2026-04-16"]:
        evening(series, day, ann, bob)
    assert {month: kinds(series)[month] for month in before} == before


def test_two_evenings_of_one_month_count_a_person_once(series):
    ann, bob = people(2)
    evening(series, "2026-01-08", ann, bob)
    evening(series, "2026-01-22", ann)
    assert kinds(series, Month(2026, 1)) == {"2026-01": (0, 1, 1)}


def test_two_sessions_of_a_cycle_count_a_person_once(series, desk):
    ann, bob, cid = people(3)
    cycle = Cycle.objects.create(series=series, name="Queues, morning and evening")
    evening(series, "2026-01-29", ann, bob, cycle=cycle)
    evening(series, "2026-02-02", ann, cid, cycle=cycle)
    assert kinds(series, Month(2026, 2)) == {"2026-01": (0, 0, 3), "2026-02": (0, 0, 0)}
    (step,) = report_of(occasions_of(series)).steps
    assert (step.title, step.sessions, step.came) == ("Queues, morning and evening", 2, 3)
    assert (step.registered, step.new, step.returning) == (3, 3, 0)
    assert "2 sessions of one cycle" in desk.get(page_of(series)).content.decode()


def test_who_comes_without_a_seat_counts_and_who_stays_away_does_not(series):
    event = evening(series, "2026-01-15")
    make_registration(event, came=True, source="walk-in")
    make_registration(event, came=False)
    make_registration(event, "cancelled")
    assert kinds(series, Month(2026, 1)) == {"2026-01": (0, 0, 1)}


def test_a_month_without_a_list_is_not_a_month_without_people(series, desk):
    (ann,) = people(1)
    evening(series, "2026-01-15", ann)
    make_registration(evening(series, "2026-02-19"), contact=ann)
    evening(series, "2026-04-16", ann)
    found = kinds_by_month(occasions_of(series), Month(2026, 4))
    assert [(c.held, c.listed) for c in found.values()] == [(1, 1), (1, 0), (0, 0), (1, 1)]
    said = text_of(desk, series)
    assert "February 2026 no list kept" in said
    assert "March 2026 no evening" in said
    assert "February 2026: no list kept" in said  # in the chart, too


def test_cancelled_evenings_drafts_and_those_to_come_are_none(series):
    (ann,) = people(1)
    evening(series, "2026-01-15", ann, status="cancelled")
    evening(series, "2026-01-16", ann, status="draft")
    evening(series, "2126-01-16")
    assert kinds(series) == {}


def test_the_chart_reproduces_from_the_raw_rows_by_plain_sql(series):
    crowd(series, evenings=60, seats=20, contacts=50)
    with connection.cursor() as cursor:
        cursor.execute(BY_PLAIN_SQL, {"series": series.pk})
        counted = {f"{month:%Y-%m}": (a, b, c) for month, a, b, c in cursor.fetchall()}
    ours = {month: numbers for month, numbers in kinds(series).items() if any(numbers)}
    assert ours == counted
    assert len(counted) > 20
    assert all(sum(numbers[kind] for numbers in counted.values()) > 20 for kind in range(3))


def test_the_definitions_stand_beside_the_chart_and_name_the_numbers_it_counts_by(series, desk):
    evening(series, "2026-01-15", *people(1))
    said = text_of(desk, series)
    for word, meaning in [*kinds_in_words(), *figures_in_words()]:
        assert f"{word} {meaning}" in said
    assert f"at least {REGULAR_VISITS} times within the 12 months" in said


# Evening by evening


def test_organizers_three_evenings_show_their_rates(series, desk):
    """Need 66: 100 registered and 30 came, 110 and 27, 130 and 40, counted by hand."""
    for day, registered, came in [("01-15", 100, 30), ("02-19", 110, 27), ("03-19", 130, 40)]:
        event = evening(series, f"2026-{day}", came=came)
        Registration.objects.bulk_create(
            Registration(
                event=event, contact=contact, mode="onsite", state="going",
                token_hash=f"{event.pk}-{contact.pk}",
            )
            for contact in people(registered)
        )  # fmt: skip
    report = report_of(occasions_of(series))
    rows = [(step.registered, step.came, step.rate, step.new) for step in report.steps]
    assert rows == [(130, 40, 31, None), (110, 27, 25, None), (100, 30, 30, None)]
    assert (report.total.registered, report.total.came, report.total.rate) == (340, 97, 29)
    assert "All evenings 3 evenings registered 340 came 97 rate 29%" in text_of(desk, series)


def test_new_and_returning_are_told_apart_evening_by_evening(series):
    ann, bob, cid = people(3)
    evening(series, "2026-01-15", ann, bob)
    second = evening(series, "2026-02-19", ann)
    make_registration(second, contact=cid, came=True, source="walk-in", guests=2)
    make_registration(second, contact=bob, came=False)
    latest, first = report_of(occasions_of(series)).steps
    assert (first.registered, first.came, first.rate, first.new, first.returning) == (
        2,
        2,
        100,
        2,
        0,
    )
    # Two registered and one of them came; the walk-in brought two guests.
    assert (latest.registered, latest.came, latest.rate) == (2, 4, 50)
    assert (latest.new, latest.returning) == (1, 1)


def test_what_nobody_counted_does_not_weigh_on_the_rate(series, desk):
    ann, bob = people(2)
    evening(series, "2026-01-15", ann)
    make_registration(evening(series, "2026-02-19"), contact=bob)
    report = report_of(occasions_of(series))
    assert [step.rate for step in report.steps] == [None, 100]
    assert (report.total.registered, report.total.came, report.total.rate) == (2, 1, 100)
    assert "nobody counted who came" in text_of(desk, series)


def test_a_list_that_is_not_complete_says_so(series, desk):
    evening(series, "2026-01-15", *people(1), list_is_partial=True)
    assert "the list is not complete" in text_of(desk, series)


# The page


def page_of(series):
    return f"/admin/meetups/series/{series.pk}/attendance/"


def text_of(desk, series):
    """What the page says, without its tags."""
    from_tags = desk.get(page_of(series)).content.decode().replace("<", " <")
    return " ".join("".join(part.partition(">")[2] for part in from_tags.split("<")).split())


def test_before_the_first_evening_the_page_says_what_will_be_here(series, desk):
    make_event(series)
    assert "No evening has been yet." in text_of(desk, series)


def test_one_evening_is_enough_for_the_page(series, desk):
    evening(series, "2026-01-15", *people(1))
    assert "1 person is known to have come at least once." in text_of(desk, series)
    assert "January 2026 regular 0 recurring 0 one-off 1 people 1" in text_of(desk, series)


def test_three_hundred_evenings_take_the_queries_of_one_and_less_than_three_seconds(
    series, desk, django_assert_num_queries
):
    crowd(series, evenings=1, seats=2, contacts=2, end=date(2014, 1, 1))
    with django_assert_num_queries(2):
        report_of(occasions_of(series))
    crowd(series, evenings=300, seats=8, contacts=60)
    with django_assert_num_queries(2):
        report = report_of(occasions_of(series))
    assert len(report.months) == 24
    assert {step.day.year for step in report.steps} <= {2024, 2025, 2026}
    assert [span.name for span in report.years] == [
        "2024", "2023", "2022", "2021", "2020", "2019", "2018", "2017", "2016", "2014",
    ]  # fmt: skip
    assert sum(s.sessions for s in [*report.steps, *report.older]) == 301
    began = time.monotonic()
    assert desk.get(page_of(series)).status_code == 200
    assert time.monotonic() - began < 3


def test_columns_stand_on_one_line_and_none_is_higher_than_the_sheet():
    bars = [
        Bar("a", "", "7", "", [("strong", 3), ("dotted", 4)], behind=9),
        Bar("b", "", "", "", []),
    ]
    drawn = chart(bars)
    first, second = drawn.columns
    bottom, top = first.parts
    assert bottom.y + bottom.height == pytest.approx(drawn.base)
    assert top.y + top.height == pytest.approx(bottom.y)
    assert first.outline.height > bottom.height + top.height
    assert drawn.lines[-1][1] >= 9
    assert drawn.lines[-1][0] > 0
    assert (second.parts, second.outline) == ([], None)


def test_a_count_adds_up():
    assert Count(1, 2, 3, held=1, listed=1).people == 6


def test_an_organizer_names_a_cycle_and_puts_two_evenings_into_it(series, desk):
    page = f"/admin/meetups/series/{series.pk}/change/"
    assert (
        save(desk, page, **{"cycles-TOTAL_FORMS": "1", "cycles-0-name": "Queues"}).status_code
        == 302
    )
    cycle = series.cycles.get()
    for event in [evening(series, "2026-01-29"), evening(series, "2026-02-02")]:
        page = f"/admin/meetups/event/{event.pk}/change/"
        assert save(desk, page, cycle=str(cycle.pk)).status_code == 302
    (step,) = report_of(occasions_of(series)).steps
    assert (step.title, step.sessions) == ("Queues", 2)


def test_walk_ins_without_a_name_count_as_heads_and_are_no_person(series):
    event = evening(series, "2026-10-01", make_contact())
    for _n in range(3):
        Scan.objects.create(
            event=event, kind="walk_in", result="admitted", scanned_at=event.starts_at
        )
    (step,) = report_of(occasions_of(series)).steps
    assert (step.came, step.new, step.rate) == (4, 1, 100)
    Event.objects.filter(pk=event.pk).update(came=9)
    (step,) = report_of(occasions_of(series)).steps
    assert step.came == 9
