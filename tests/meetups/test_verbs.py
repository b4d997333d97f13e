"""Publish, cancel, move, set the seats: what changes, who is told, what is refused."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from meetups.models import Refused
from outbox.models import Delivery
from tests.builders import make_contact, make_event, make_registration, make_venue
from tests.owed import keys, let_go
from tests.registrations.crowd import register, states

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def event():
    """In Minsk, three hours ahead of UTC, in a week."""
    return make_event(slug="mp-61", starts="2026-12-10T19:00", minutes=150)


def everybody(event):
    """One person in each state, all seats taken; the names say which."""
    event.set_capacity(3)
    for state in ("expired", "cancelled", "going", "pending", "offered", "waiting"):
        make_registration(event, state, make_contact(f"{state}@x.org"))


def told(template):
    rows = Delivery.objects.filter(template=template, state="queued")
    return sorted(address.partition("@")[0] for address in rows.values_list("address", flat=True))


# Publish


def test_publishing_opens_the_evening():
    event = make_event(status="draft")
    event.publish()
    event.publish()
    assert (event.status, event.is_open) == ("published", True)


def test_a_cancelled_evening_is_not_published_again(event):
    event.cancel()
    with pytest.raises(Refused, match="Make a new one"):
        event.publish()


# Cancel


def test_cancelling_tells_everybody_with_a_seat_or_a_place_in_line_once(event):
    everybody(event)
    assert event.cancel("The heating is broken.") == 4
    assert told("meetups/cancelled") == ["going", "offered", "pending", "waiting"]
    assert (event.status, event.cancelled_because) == ("cancelled", "The heating is broken.")


def test_an_evening_is_cancelled_once(event):
    everybody(event)
    event.cancel()
    with pytest.raises(Refused, match="already cancelled"):
        event.cancel()
    assert Counter(Delivery.objects.values_list("template", flat=True)) == {"meetups/cancelled": 4}


def test_a_draft_is_cancelled_in_silence():
    event = make_event(status="draft")
    make_registration(event)
    assert event.cancel() == 0
    assert keys() == []


def test_an_evening_that_is_over_is_not_cancelled(event, clock):
    clock.move_to(event.ends_at)
    with pytest.raises(Refused, match="is over"):
        event.cancel()


def test_cancelling_takes_back_what_was_still_to_say(event):
    register(event, "ada@x.org")
    event.move(at=time(20))
    event.cancel()
    states = dict(Delivery.objects.values_list("template", "state"))
    assert states == {
        "registrations/going": "cancelled",
        "meetups/moved": "cancelled",
        "meetups/cancelled": "queued",
    }


def test_seats_stay_on_record_after_a_cancel(event):
    register(event, "ada@x.org")
    event.cancel()
    assert states(event) == ["ada going"]


# Move


def test_moving_tells_everybody_once(event):
    everybody(event)
    assert event.move(date(2026, 12, 17), time(18, 30)) == 4
    assert told("meetups/moved") == ["going", "offered", "pending", "waiting"]
    assert event.starts_at == datetime(2026, 12, 17, 15, 30, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 12, 17, 18, 0, tzinfo=UTC)
    assert event.moved_from == datetime(2026, 12, 10, 16, tzinfo=UTC)
    assert event.schedule_rev == 1


def test_the_notice_says_the_old_time_and_the_new_one_under_the_key_of_the_move(event):
    (ada,) = register(event, "ada@x.org")
    event.move(date(2026, 12, 17))
    notice = Delivery.objects.get(template="meetups/moved")
    assert notice.key == f"moved:{event.pk}:1:{ada.contact_id}"
    assert (notice.context["old_starts"], notice.context["starts"]) == (
        "2026-12-10T16:00:00+00:00",
        "2026-12-17T16:00:00+00:00",
    )
    assert (notice.message_class, notice.not_after) == ("transactional", event.ends_at)


def test_moving_nowhere_tells_nobody(event):
    everybody(event)
    assert event.move(date(2026, 12, 10), time(19)) == 0
    assert (event.schedule_rev, keys()) == (0, [])


def test_moving_a_draft_tells_nobody():
    event = make_event(status="draft", starts="2026-12-10T19:00")
    make_registration(event)
    assert event.move(date(2026, 12, 17)) == 0
    assert event.starts_at == datetime(2026, 12, 17, 16, tzinfo=UTC)


def test_another_room_is_a_move_too(event):
    register(event, "ada@x.org")
    let_go()
    venue = make_venue(rooms=["Hall", "Attic"])
    assert event.move(venue=venue, room=venue.rooms.get(name="Hall")) == 1
    assert event.move(room=venue.rooms.get(name="Attic")) == 1
    assert event.moved_from is None


def test_a_room_of_another_venue_is_refused(event):
    with pytest.raises(Refused.__base__, match="not in the chosen venue"):
        event.move(venue=make_venue(), room=make_venue().rooms.get())
    event.refresh_from_db()
    assert event.venue is None


def test_moving_to_another_zone_keeps_the_wall_time(event):
    event.move(zone="Asia/Kolkata")
    assert event.starts_at == datetime(2026, 12, 10, 13, 30, tzinfo=UTC)


def test_moving_twice_withdraws_the_first_notice_that_has_not_left(event):
    register(event, "ada@x.org")
    let_go()
    event.move(date(2026, 12, 17))
    event.move(date(2026, 12, 18))
    notices = Delivery.objects.filter(template="meetups/moved").order_by("created_at", "key")
    assert [(d.key.split(":")[2], d.state) for d in notices] == [
        ("1", "cancelled"),
        ("2", "queued"),
    ]


def test_a_cancelled_evening_is_not_moved(event):
    event.cancel()
    with pytest.raises(Refused, match="cannot be moved"):
        event.move(date(2026, 12, 17))


def test_an_announced_evening_does_not_fall_into_the_past(event):
    register(event, "ada@x.org")
    with pytest.raises(Refused, match="has passed"):
        event.move(date(2020, 1, 1))
    event.refresh_from_db()
    assert event.date.year == 2026
    assert not Delivery.objects.filter(template="meetups/moved").exists()


def test_a_draft_may_lie_in_the_past():
    event = make_event(starts="2026-12-10T19:00", status="draft")
    event.move(date(2020, 1, 1))
    assert event.is_over


def test_moving_an_evening_that_has_begun_to_a_later_day_moves_the_queue_up(event, clock):
    event.set_capacity(1)
    ada, _bob = register(event, "ada@x.org", "bob@x.org")
    clock.move_to(event.starts_at + timedelta(minutes=5))
    ada.cancel()
    event.move(date(2026, 12, 17))
    assert states(event) == ["ada cancelled", "bob going"]


def test_an_evening_that_goes_online_takes_its_people_along(event):
    event.set_capacity(1)
    register(event, "ada@x.org", "bob@x.org")
    event.move(mode="online")
    assert states(event) == ["ada going", "bob going"]
    assert set(event.registrations.values_list("mode", flat=True)) == {"online"}
    assert (event.seats_taken, event.online_taken) == (0, 2)


def test_an_evening_does_not_lose_the_seats_of_one_half_of_its_guests(event):
    event.move(mode="both")
    event.set_capacity(2)
    register(event, "ada@x.org", "bob@x.org", mode="onsite")
    register(event, "eve@x.org", mode="online")
    with pytest.raises(Refused, match="1 person would have no seat"):
        event.move(mode="onsite")
    event.refresh_from_db()
    assert (event.mode, event.seats_taken, event.online_taken) == ("both", 2, 1)


# What its people are told of the link


def test_only_a_seat_online_opens_the_link():
    event = make_event(mode="both", capacity=1, online_capacity=1, online_url="https://v.example/x")
    register(event, "room@x.org", "line@x.org", mode="onsite")
    register(event, "far@x.org", "queue@x.org", mode="online")
    event.move(at=time(20))
    links = {
        (mail.address.partition("@")[0], mail.template): "https://v.example/x" in mail.render().text
        for mail in Delivery.objects.all()
    }
    assert links == {
        ("room", "registrations/going"): False,
        ("line", "registrations/waiting"): False,
        ("far", "registrations/going"): True,
        ("queue", "registrations/waiting"): False,
        ("room", "meetups/moved"): False,
        ("line", "meetups/moved"): False,
        ("far", "meetups/moved"): True,
        ("queue", "meetups/moved"): False,
    }
