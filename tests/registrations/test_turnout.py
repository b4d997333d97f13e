"""How many will come, from rows: what counts, what is kept of it, and what the pages say."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetups.models import Event
from meetups.rights import Rights
from planning.desk import desk_of
from registrations.models import Forecast, Registration, Scan
from registrations.turnout.prospects import prospects_of
from registrations.turnout.storing import store_due
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_organizer,
    make_registration,
    make_series,
    make_venue,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)  # ten in the morning in Minsk


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def series():
    return make_series(time_zone="Europe/Minsk")


@pytest.fixture
def organizer(client, series):
    client.force_login(make_organizer(series))
    return client


def fill(event, count, **fields):
    """So many seats, each with a person of its own; the day they were taken is long ago."""
    fields = {"created_at": event.starts_at - timedelta(days=30)} | fields
    return [make_registration(event, **fields) for _n in range(count)]


def was(series, days_ago, registered, **fields):
    """An evening that is over."""
    event = make_event(series, starts_in=timedelta(days=-days_ago), **fields)
    fill(event, registered)
    return event


def prospect(event):
    return prospects_of([event], timezone.now())[event.pk][0]


def text(client, event):
    answer = client.get(f"/admin/meetups/event/{event.pk}/forecast/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def rows():
    return list(Forecast.objects.order_by("days_before").values_list("days_before", "registered"))


# What counts


def test_a_number_typed_by_hand_wins_over_the_list_and_an_uncounted_evening_is_left_out(series):
    was(series, 90, 4, came=3)
    listed = was(series, 60, 4)
    Registration.objects.filter(event=listed).update(came=False)
    first = listed.registrations.first()
    Registration.objects.filter(pk=first.pk).update(came=True, guests=1)
    was(series, 30, 4)
    make_event(series, starts_in=timedelta(days=-10), source="imported")  # without registrations
    was(series, 20, 4, came=4, status=Event.Status.CANCELLED)
    found = prospect(make_event(series))
    assert [one.came for one in found.before] == [None, 2, 3]
    assert [(one.registered, one.came) for one in found.known] == [(5, 2), (4, 3)]


def test_a_list_that_is_not_complete_says_nothing(series):
    event = was(series, 30, 4, list_is_partial=True)
    Registration.objects.filter(event=event).update(came=True)
    assert prospect(make_event(series)).known == []


def test_who_just_came_by_counts_among_those_who_came_only(series):
    event = was(series, 30, 4)
    fill(event, 1, source="walk-in")
    Registration.objects.filter(event=event).update(came=True)
    (one,) = prospect(make_event(series)).known
    assert (one.registered, one.came) == (4, 5)


def walk_in_without_a_name(event):
    Scan.objects.create(event=event, kind="walk_in", result="admitted", scanned_at=NOW)


def test_who_was_let_in_without_a_name_came_too(series, organizer):
    event = was(series, 30, 4)
    Registration.objects.filter(event=event).update(came=True)
    for _n in range(2):
        walk_in_without_a_name(event)
    (one,) = prospect(make_event(series)).known
    assert (one.registered, one.came) == (4, 6)
    assert "6 came" in text(organizer, event)


def test_only_seats_count_neither_the_queue_nor_a_request_nor_an_offer(series):
    event = make_event(series)
    fill(event, 3, guests=1)
    for state in ("waiting", "offered", "pending", "cancelled"):
        make_registration(event, state)
    make_registration(event, "waiting", needs_approval=True)
    assert prospect(event).turnout.registered == 6


def test_each_person_brings_her_own_past_of_this_series(series):
    ada, other = make_contact(), make_series()
    for place, came in ((series, True), (series, True), (series, False), (other, False)):
        make_registration(make_event(place, timedelta(days=-30)), contact=ada, came=came)
    event = make_event(series)
    make_registration(event, contact=ada, coming_at=NOW)
    make_registration(event)
    groups = {(g.people, g.came, g.missed, g.said_yes) for g in prospect(event).groups}
    assert groups == {(1, 2, 1, True), (1, 0, 0, False)}


def test_seats_online_have_a_rate_of_their_own(series):
    past = make_event(series, starts_in=timedelta(days=-30), mode="both", came=9)
    fill(past, 4, mode="onsite", came=True)
    fill(past, 4, mode="online", came=False)
    fill(past, 1, mode="online", came=True)
    event = make_event(series, mode="both")
    onsite, online = prospects_of([event], NOW)[event.pk]
    assert [(one.registered, one.came) for one in onsite.known] == [(4, 4)]
    assert [(one.registered, one.came) for one in online.known] == [(5, 1)]


def test_the_pace_of_earlier_evenings_is_known_by_the_days_to_go(series):
    past = make_event(series, starts_in=timedelta(days=-30), came=5)
    fill(past, 3)
    fill(past, 7, created_at=past.starts_at - timedelta(days=2))
    assert [one.then for one in prospect(make_event(series, timedelta(days=5))).known] == [3]
    assert [one.then for one in prospect(make_event(series, timedelta(days=1))).known] == [10]


# What is kept


def test_a_forecast_is_written_at_eight_of_its_place_on_four_mornings(series, clock):
    event = make_event(series, starts="2026-12-10T19:00")
    fill(event, 20)
    for day, hour, written in [
        (3, 4, []),
        (3, 5, [(7, 20)]),  # eight in Minsk is five in UTC
        (3, 6, [(7, 20)]),
        (7, 5, [(3, 20), (7, 20)]),
        (9, 5, [(1, 20), (3, 20), (7, 20)]),
        (10, 5, [(0, 20), (1, 20), (3, 20), (7, 20)]),
        (10, 15, [(0, 20), (1, 20), (3, 20), (7, 20)]),
        (10, 17, [(0, 20), (1, 20), (3, 20), (7, 20)]),
    ]:
        clock.move_to(datetime(2026, 12, day, hour, 0, tzinfo=UTC))
        store_due()
        assert rows() == written
    assert store_due() == 0


def test_a_morning_that_was_slept_through_is_not_made_up_for_later(series, clock):
    event = make_event(series, starts="2026-12-10T19:00")
    fill(event, 20)
    clock.move_to(datetime(2026, 12, 8, 12, 0, tzinfo=UTC))
    assert store_due() == 0
    clock.move_to(datetime(2026, 12, 9, 12, 0, tzinfo=UTC))
    assert store_due() == 1
    assert rows() == [(1, 20)]


def test_an_evening_announced_late_is_first_forecast_on_the_next_day_of_the_four(series, clock):
    clock.move_to(datetime(2026, 12, 6, 9, 0, tzinfo=UTC))
    fill(make_event(series, starts="2026-12-10T19:00"), 20)
    assert store_due() == 0
    clock.move_to(datetime(2026, 12, 7, 20, 59, tzinfo=UTC))
    assert store_due() == 1
    assert rows() == [(3, 20)]


def test_the_page_says_how_long_before_a_forecast_was_truly_written(series, organizer):
    event = make_event(series, starts="2026-11-25T19:00")
    fields = {"registered": 20, "low": 6, "expected": 8, "high": 10}
    Forecast.objects.create(event=event, schedule_rev=0, days_before=7, at=NOW, **fields)
    page = text(organizer, event)
    assert "4 days before" in page
    assert "7 days before" not in page


def test_an_evening_that_moves_is_forecast_anew(series):
    event = make_event(series, timedelta(days=3))
    fill(event, 20)
    assert (store_due(), store_due()) == (1, 0)
    event.move(at=event.time.replace(hour=(event.time.hour + 1) % 24))
    assert store_due() == 1
    assert set(Forecast.objects.values_list("schedule_rev", flat=True)) == {0, 1}


def test_nothing_is_written_for_six_people_nor_for_an_evening_that_is_off(series):
    fill(make_event(series, timedelta(days=3)), 6)
    off = make_event(series, timedelta(days=3))
    fill(off, 20)
    off.cancel()
    fill(make_event(series, timedelta(days=3), status="draft"), 20)
    assert store_due() == 0


def test_a_broken_zone_costs_no_other_evening_its_forecast(series):
    broken, event = (make_event(series, timedelta(days=3)) for _n in range(2))
    for one in (broken, event):
        fill(one, 12)
    Event.objects.filter(pk=broken.pk).update(zone="Nowhere/At all")
    assert store_due() == 1
    assert Forecast.objects.get().event == event


def test_the_tick_asks_as_much_for_many_evenings_as_for_one(series):
    fill(make_event(series, timedelta(days=3)), 12)
    with CaptureQueriesContext(connection) as one:
        assert store_due() == 1
    for _n in range(3):
        fill(make_event(series, timedelta(days=3)), 12)
    with CaptureQueriesContext(connection) as many:
        assert store_due() == 3
    assert len(one) == len(many)


# The page


def test_the_page_says_the_range_chairs_food_and_how_many_to_accept(series, organizer):
    for days, registered, came in ((90, 20, 6), (60, 22, 5), (30, 26, 8)):
        was(series, days, registered, came=came, title=f"Evening {days}")
    room = make_venue().rooms.get()
    event = make_event(series, timedelta(days=5), venue=room.venue, room=room, capacity=60)
    fill(event, 30)
    Registration.objects.filter(event=event).update(created_at=NOW)
    found, page = prospect(event), text(organizer, event)
    range_ = found.outlook
    assert f"{range_.low}–{range_.high} will come" in page
    assert f"Put out {range_.high} chairs, order food for {range_.expected}." in page
    assert f"You can accept up to {found.turnout.can_accept(100, 5)}" in page
    assert "The room has 100 chairs" in page
    assert "The limit of the evening is 60." in page
    assert "Evening 60" in page
    assert "23 %" in page  # 5 of 22


def test_too_few_for_the_room_comes_with_what_helps(series, organizer):
    room = make_venue().rooms.get()
    event = make_event(series, timedelta(days=9), venue=room.venue, room=room)
    fill(event, 15)
    page = text(organizer, event)
    assert "Too few for this room: what helps" in page
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert f"/admin/meetups/event/{event.pk}/messages/" in page


def test_with_six_people_the_page_says_too_few_to_tell(series, organizer):
    event = make_event(series)
    fill(event, 6)
    page = text(organizer, event)
    assert "Too few to tell" in page
    assert "will come</p>" not in page


def test_who_waits_for_a_yes_is_named_and_not_counted(series, organizer):
    event = make_event(series)
    make_registration(event, "waiting", needs_approval=True)
    make_registration(event, "waiting")
    page = text(organizer, event)
    assert "1 waits for your yes" in page
    assert "1 stands in the queue" in page


def test_afterwards_the_page_shows_the_error_of_what_was_forecast(series, organizer, clock):
    event = make_event(series, timedelta(days=3))
    fill(event, 40)
    store_due()
    row = Forecast.objects.get()
    clock.move_to(NOW + timedelta(days=4))
    organizer.force_login(make_organizer(series))
    assert "Nobody counted" in text(organizer, event)
    Event.objects.filter(pk=event.pk).update(came=row.expected + 3)
    assert "3 more came, within the range" in text(organizer, event)
    Event.objects.filter(pk=event.pk).update(came=0)
    assert f"{row.expected} fewer came, outside the range" in text(organizer, event)


def test_a_draft_begins_with_its_audience(series, organizer):
    line = make_line(series, name="Web")
    for _n in range(3):
        make_follower(series, line=line)
    make_follower(series)
    make_follower(series, line=make_line(series))
    make_follower(series, line=line, confirmed_at=None)
    event = make_event(series, status="draft", line=line)
    page = text(organizer, event)
    assert "4 people have agreed to hear of Web." in page
    assert "in the largest cities 100 people and more come" in page


def test_followers_are_compared_with_what_as_many_brought(series, organizer):
    for _n in range(10):
        make_follower(series, confirmed_at=NOW - timedelta(days=100))
    was(series, 60, 12, came=6)
    was(series, 30, 16, came=6)
    page = text(organizer, make_event(series, status="draft"))
    assert "As many have brought 12–16 registered so far." in page
    assert "in the largest cities" not in page


def test_a_cancelled_evening_expects_nobody(series, organizer):
    event = make_event(series)
    fill(event, 12)
    event.cancel()
    assert "The evening is cancelled: nobody will come." in text(organizer, event)


def test_the_page_is_for_those_who_run_the_series(series, client):
    event = make_event(series)
    url = f"/admin/meetups/event/{event.pk}/forecast/"
    for user in (make_organizer(series, role="door"), make_organizer(make_series())):
        client.force_login(user)
        assert client.get(url).status_code == 404
    assert client.get("/admin/meetups/event/0/forecast/").status_code == 404


def test_the_page_asks_as_much_for_a_long_past_as_for_a_short_one(series, organizer):
    event = make_event(series, status="draft")
    was(series, 30, 2, came=1)
    text(organizer, event)
    with CaptureQueriesContext(connection) as few:
        text(organizer, event)
    for n in range(5):
        was(series, 40 + n, 3, came=2)
    fill(event, 12)
    with CaptureQueriesContext(connection) as many:
        text(organizer, event)
    assert len(few) == len(many)


# The desk


def test_the_desk_says_too_few_for_this_room_while_there_is_time(series):
    room = make_venue(stage="agreed").rooms.get()
    event = make_event(series, timedelta(days=9, hours=1), venue=room.venue, room=room)
    fill(event, 15)
    found = prospect(event).outlook
    (card,) = desk_of(Rights(make_organizer(series))).cards
    words = f"{found.low}–{found.high} will come"
    assert words in [gauge.words for gauge in card.gauges]
    sentence = f"15 registered, {words}: too few for this room, 9 days left."
    assert ("See what helps", f"/admin/meetups/event/{event.pk}/forecast/") in [
        (step.link, step.url) for step in card.missing if step.sentence == sentence
    ]


def test_the_desk_says_when_more_will_come_than_the_room_holds(series):
    room = make_venue(stage="agreed").rooms.get()
    room.capacity = 5
    room.save()
    event = make_event(series, timedelta(days=20), venue=room.venue, room=room)
    fill(event, 40)
    (card,) = desk_of(Rights(make_organizer(series))).cards
    assert any(step.sentence.endswith("and the room holds 5.") for step in card.missing)


def test_three_weeks_ahead_nobody_is_alarmed(series):
    room = make_venue(stage="agreed").rooms.get()
    fill(make_event(series, timedelta(days=20), venue=room.venue, room=room), 15)
    (card,) = desk_of(Rights(make_organizer(series))).cards
    assert not [step for step in card.missing if "too few" in step.sentence]
