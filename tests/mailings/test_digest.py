"""The monthly digest: one per person and month, with what is new to her (need 85, O9)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mailings.digests import advance_digests
from mailings.models import Digest, HeldBack, Rest
from meetups.models import Refused, Subscription
from outbox.engine import Sender
from outbox.models import Cap, Delivery, Suppression
from outbox.models.suppression import Suppression as Blocked
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_series,
    make_talk,
    make_topic,
)
from tests.owed import let_go

pytestmark = pytest.mark.django_db

DIGEST = "mailings/digest"
# Ten in the morning in Minsk is 07:00 UTC.
BEFORE = datetime(2026, 11, 20, 9, tzinfo=UTC)
DUE = datetime(2026, 12, 1, 7, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def clock():
    """Stands still eleven days before the digest is due."""
    with time_machine.travel(BEFORE, tick=False) as clock:
        yield clock


@pytest.fixture
def series(clock):
    return make_series(name="Minsk Meets", digest_day=1)


def follower(series, name, **fields):
    own = {key: fields.pop(key) for key in ("language", "time_zone") if key in fields}
    return make_follower(series, make_contact(f"{name}@x.org", name.title(), **own), **fields)


def told(**fields):
    """Who is owed a digest or got one, sorted."""
    rows = Delivery.objects.filter(template=DIGEST, **fields).exclude(state="cancelled")
    return sorted(rows.values_list("address", flat=True))


def held(digest=None):
    """Why who was not written to: {"ada": "capped"}."""
    rows = (digest.held_back() if digest else HeldBack.objects).select_related("contact")
    return {row.contact.email.partition("@")[0]: row.reason for row in rows}


def text_to(name):
    """The letter as it leaves, for the latest digest of this person."""
    letter = Delivery.objects.filter(template=DIGEST, address=f"{name}@x.org").latest("created_at")
    return Sender()._letter(letter).text


def test_it_leaves_at_its_hour_once_however_often_the_tick_comes(clock, series):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - SECOND)
    assert advance_digests() == 0
    clock.move_to(DUE)
    assert (advance_digests(), advance_digests()) == (1, 0)
    for _each in range(4):
        clock.shift(HOUR)
        call_command("tick")
    letter = Delivery.objects.get(template=DIGEST)
    assert letter.key == f"digest:2026-12:{letter.contact_id}"
    assert letter.message_class == "promotional"
    assert letter.not_before == DUE
    assert letter.not_after == DUE + timedelta(hours=48)
    assert Digest.objects.get(series=series, period="2026-12").planned == 1


def test_what_it_says(clock, series):
    follower(series, "ada")
    past = make_event(series, starts="2026-11-12T19:00")
    make_talk(past, "Engines", ["Olga"], video_url="https://v.example.org/1")
    make_event(series, title="Winter evening", starts="2026-12-17T19:00")
    make_event(series, title="Next year", starts="2027-06-17T19:00")
    make_event(series, title="Secret", starts="2026-12-18T19:00", status="draft")
    make_event(series, title="Off", starts="2026-12-19T19:00", status="cancelled")
    make_call(series, title="Talks wanted")
    make_topic(series, "Rust")
    clock.move_to(DUE)
    advance_digests()
    Digest.objects.update(words="")
    said = text_to("ada")
    for words in ("Hello Ada,", "Thursday 17 December, 19:00 (Minsk)", "Winter evening", "Engines",
                  "Olga", "https://v.example.org/1", "Talks wanted", "Rust",
                  "You get this because you follow Minsk Meets."):  # fmt: skip
        assert words in said
    for words in ("Next year", "Secret", "Off"):
        assert words not in said


def test_only_recordings_since_the_last_one_she_got(clock, series):
    follower(series, "ada")
    follower(series, "bob")
    evening = make_event(series, starts="2026-11-12T19:00")
    talk = make_talk(evening, "Engines", ["Olga"])
    clock.move_to(DUE - DAY)
    talk.video_url = "https://v.example.org/1"
    talk.save()
    clock.move_to(DUE)
    advance_digests()
    let_go(address="ada@x.org")
    Delivery.objects.filter(address="bob@x.org").update(state="expired", settled_at=timezone.now())
    clock.move_to(datetime(2026, 12, 20, tzinfo=UTC))
    make_talk(evening, "Old")  # nothing to watch
    talk.slides_url = "https://s.example.org/1"
    talk.save()
    clock.move_to(datetime(2027, 1, 1, 7, tzinfo=UTC))
    advance_digests()
    assert "https://s.example.org/1" in text_to("ada")
    assert "https://v.example.org/1" not in text_to("ada")
    assert "https://v.example.org/1" in text_to("bob")


@pytest.mark.parametrize("visibility", ["attendees", "nowhere"])
def test_what_is_not_for_everybody_is_not_told(clock, series, visibility):
    follower(series, "ada")
    past = make_event(series, starts="2026-11-12T19:00")
    make_talk(past, video_url="https://v.example.org/1", visibility=visibility)
    clock.move_to(DUE)
    assert advance_digests() == 0
    assert held() == {"ada": "nothing new"}


def test_an_old_archive_is_no_news(clock, series):
    follower(series, "ada")
    make_talk(make_event(series, starts="2019-11-12T19:00"), video_url="https://v.example.org/1")
    clock.move_to(DUE)
    assert advance_digests() == 0


def test_nothing_new_no_digest_and_it_says_so(clock, series):
    follower(series, "ada")
    make_call(series)
    clock.move_to(datetime(2026, 12, 25, tzinfo=UTC))  # the call was opened weeks ago
    Digest.objects.at_hand()
    clock.move_to(datetime(2027, 1, 1, 7, tzinfo=UTC))
    assert advance_digests() == 0
    assert held() == {"ada": "nothing new"}
    digest = Digest.objects.get(period="2027-01")
    assert (digest.state, digest.planned) == ("started", 0)


def test_the_organizers_own_line_is_news(clock, series):
    follower(series, "ada")
    clock.move_to(DUE - DAY)
    digest = Digest.objects.at_hand()[0]
    digest.say("We found a new room!\nCome and look.")
    clock.move_to(DUE)
    assert advance_digests() == 1
    assert "We found a new room!\nCome and look." in text_to("ada")
    with pytest.raises(Refused):
        digest.say("Too late")


def test_a_call_or_a_topic_of_this_month_is_news(clock, series):
    follower(series, "ada")
    clock.move_to(DUE - DAY)
    make_topic(series, "Rust")
    clock.move_to(DUE)
    assert advance_digests() == 1


def test_each_hears_of_her_lines_only(clock, series):
    web, data = make_line(series, name="Web"), make_line(series, name="Data")
    follower(series, "ada", line=web)
    follower(series, "bob", line=data)
    follower(series, "eve")
    make_event(series, title="Browsers", starts="2026-12-10T19:00", line=web)
    make_event(series, title="Tables", starts="2026-12-11T19:00", line=data)
    make_event(series, title="Party", starts="2026-12-12T19:00")
    clock.move_to(DUE)
    assert advance_digests() == 3
    titles = ("Browsers", "Tables", "Party")
    said = {name: [t for t in titles if t in text_to(name)] for name in ("ada", "bob", "eve")}
    assert said == {
        "ada": ["Browsers", "Party"],
        "bob": ["Tables", "Party"],
        "eve": ["Browsers", "Tables", "Party"],
    }


def test_who_follows_two_series_gets_one_mail_with_both(clock, series):
    other = make_series(name="Brest Meets", digest_day=20)
    ada = follower(series, "ada").member.contact
    make_follower(other, ada)
    follower(other, "bob")
    make_event(series, title="In Minsk", starts="2026-12-22T19:00")
    make_event(other, title="In Brest", starts="2026-12-23T19:00")
    clock.move_to(DUE)
    assert advance_digests() == 1
    said = text_to("ada")
    assert said.index("In Minsk") < said.index("In Brest")
    assert "you follow Minsk Meets, Brest Meets" in said
    let_go()
    clock.move_to(datetime(2026, 12, 20, 7, tzinfo=UTC))
    assert advance_digests() == 1
    assert told() == ["ada@x.org", "bob@x.org"]
    december = Digest.objects.filter(period="2026-12").order_by("series_id")
    assert [digest.planned for digest in december] == [1, 2]


def test_a_series_that_is_paused_is_left_out_and_told_next_time(clock, series):
    other = make_series(name="Brest Meets", digest_day=1)
    ada = follower(series, "ada").member.contact
    make_follower(other, ada)
    talk = make_talk(make_event(other, starts="2026-11-12T19:00"), "Engines", ["Olga"])
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - DAY)
    talk.video_url = "https://v.example.org/1"
    talk.save()
    advance_digests()
    Digest.objects.get(series=other, period="2026-12").leave_out()
    clock.move_to(DUE)
    assert advance_digests() == 1
    assert "https://v.example.org/1" not in text_to("ada")
    let_go()
    make_event(series, starts="2027-01-20T19:00")
    clock.move_to(datetime(2027, 1, 1, 7, tzinfo=UTC))
    advance_digests()
    assert "https://v.example.org/1" in text_to("ada")


def test_who_is_not_written_to_and_why(clock, series):
    make_event(series, starts="2026-12-17T19:00")
    follower(series, "ada")
    follower(series, "unproved", confirmed_at=None)
    follower(series, "asleep", paused_until=DUE + DAY)
    follower(series, "left", withdrawn_at=BEFORE)
    follower(series, "only-digest", pace="digest")
    for name, reason in (("angry", "complaint"), ("gone", "bounce")):
        follower(series, name)
        Suppression.objects.add_address(f"{name}@x.org", Blocked.Reason(reason))
    clock.move_to(DUE)
    assert advance_digests() == 2
    assert told() == ["ada@x.org", "only-digest@x.org"]
    assert held(Digest.objects.get(period="2026-12")) == {
        "unproved": "no consent",
        "asleep": "less",
        "angry": "suppressed",
        "gone": "bounced",
    }


def test_who_was_just_written_to_is_capped_and_loses_nothing(clock, series):
    ada = follower(series, "ada").member.contact
    talk = make_talk(make_event(series, starts="2026-11-12T19:00"), "Engines")
    clock.move_to(DUE - DAY)
    talk.video_url = "https://v.example.org/1"
    talk.save()
    Delivery.objects.post(ada, "mailings/invitation", {}, key="wave:1", message_class="promotional")
    let_go()
    clock.move_to(DUE)
    assert advance_digests() == 0
    assert held() == {"ada": "capped"}
    clock.move_to(datetime(2027, 1, 1, 7, tzinfo=UTC))
    assert advance_digests() == 1
    assert "https://v.example.org/1" in text_to("ada")


def test_a_digest_counts_against_the_cap(clock, series):
    Cap.objects.create(realm="", channel="email", most=1, days=40)
    follower(series, "ada")
    make_event(series, starts="2027-01-17T19:00")
    clock.move_to(DUE)
    assert advance_digests() == 1
    let_go()
    clock.move_to(datetime(2027, 1, 1, 7, tzinfo=UTC))
    assert advance_digests() == 0


def test_a_channel_that_rests_for_a_line_is_silent_for_it(clock, series):
    web = make_line(series)
    follower(series, "ada", line=web)
    Rest.objects.create(series=series, line=web, channel="email")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE)
    assert advance_digests() == 0
    assert held() == {"ada": "resting"}


@pytest.mark.parametrize(("late", "expected", "missed"), [(47, 1, 0), (49, 0, 1)])
def test_after_a_standstill(clock, series, late, expected, missed):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - DAY)
    advance_digests()
    clock.move_to(DUE + late * HOUR)
    assert advance_digests() == expected
    digest = Digest.objects.get(period="2026-12")
    assert (digest.planned, digest.missed) == (expected, missed)
    assert digest.state == ("missed" if missed else "started")
    clock.shift(3 * HOUR)
    assert advance_digests() == 0


def test_a_month_in_which_nobody_follows_yet_is_not_over_before_it_is_too_late(clock, series):
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - 12 * HOUR)  # due already where the day begins first
    advance_digests()
    digest = Digest.objects.get(period="2026-12")
    assert digest.closed_at is None
    digest.say("Tea from now on.")
    follower(series, "ada")
    clock.move_to(DUE)
    assert advance_digests() == 1
    assert "Tea from now on." in text_to("ada")


def test_a_late_one_waits_for_her_morning(clock, series):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE + 13 * HOUR)  # 23:00 in Minsk
    advance_digests()
    assert Delivery.objects.get(template=DIGEST).not_before == datetime(2026, 12, 2, 5, tzinfo=UTC)


def test_moving_to_another_zone_gives_no_second_one_and_costs_none(clock, series):
    early = follower(series, "early", time_zone="Asia/Tokyo").member.contact
    late = follower(series, "late", time_zone="America/Los_Angeles").member.contact
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(datetime(2026, 12, 1, 1, tzinfo=UTC))  # 10:00 in Tokyo
    assert advance_digests() == 1
    early.time_zone, late.time_zone = late.time_zone, early.time_zone
    early.save()
    late.save()
    clock.shift(HOUR)
    assert advance_digests() == 1
    clock.move_to(datetime(2026, 12, 1, 18, tzinfo=UTC))  # 10:00 in Los Angeles
    assert advance_digests() == 0
    assert told() == ["early@x.org", "late@x.org"]


def test_who_joins_after_it_left_waits_for_the_next_one(clock, series):
    make_event(series, starts="2027-01-17T19:00")
    follower(series, "ada")
    clock.move_to(DUE)
    assert advance_digests() == 1
    clock.shift(HOUR / 2)
    follower(series, "bob")
    clock.shift(3 * HOUR)
    assert advance_digests() == 0
    let_go()
    clock.move_to(datetime(2027, 1, 1, 7, tzinfo=UTC))
    assert advance_digests() == 2


def test_an_evening_called_off_meanwhile_is_not_advertised(clock, series):
    follower(series, "ada")
    follower(series, "bob")
    off = make_event(series, title="Snow", starts="2026-12-10T19:00")
    moved = make_event(series, title="Ice", starts="2026-12-11T19:00")
    clock.move_to(DUE)
    advance_digests()
    let_go(address="ada@x.org")
    off.cancel()
    moved.move(at=moved.time.replace(hour=20))
    advance_digests()
    assert "Snow" not in text_to("bob")
    assert "Friday 11 December, 20:00" in text_to("bob")
    assert "Snow" in text_to("ada")  # what left stays what it said
    assert told() == ["ada@x.org", "bob@x.org"]


def test_where_nothing_is_left_to_tell_nobody_is_written_to(clock, series):
    follower(series, "ada")
    off = make_event(series, starts="2026-12-10T19:00")
    clock.move_to(DUE)
    advance_digests()
    off.cancel()
    advance_digests()
    assert told() == []
    assert held() == {"ada": "nothing new"}


def test_pausing_holds_it_and_leaving_out_takes_it_back(clock, series):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - DAY)
    digest = Digest.objects.at_hand()[0]
    digest.pause()
    clock.move_to(DUE)
    assert advance_digests() == 0
    digest.resume()
    clock.shift(2 * HOUR)
    assert advance_digests() == 1
    assert digest.pause() == 1
    digest.resume()
    assert digest.leave_out() == 1
    assert told() == []


def test_one_that_stays_paused_is_missed(clock, series):
    follower(series, "ada")
    clock.move_to(DUE - DAY)
    Digest.objects.at_hand()[0].pause()
    clock.move_to(DUE + 49 * HOUR)
    advance_digests()
    digest = Digest.objects.get(period="2026-12")
    assert (digest.state, digest.missed) == ("missed", 1)


def test_it_can_leave_earlier(clock, series):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - 2 * DAY)
    Digest.objects.at_hand()[0].send_now()
    assert advance_digests() == 1
    let_go()
    clock.move_to(DUE)
    assert advance_digests() == 0


def test_organizers_can_read_it_a_week_before(clock, series):
    clock.move_to(datetime(2026, 11, 23, 19, tzinfo=UTC))  # a week before it is due anywhere
    advance_digests()
    assert not Digest.objects.exists()
    clock.shift(HOUR)
    advance_digests()
    assert [digest.period for digest in Digest.objects.all()] == ["2026-12"]


def test_who_leaves_gets_none(clock, series):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    clock.move_to(DUE - SECOND)
    Subscription.objects.update(withdrawn_at=timezone.now())
    clock.move_to(DUE)
    assert advance_digests() == 0


def test_each_reads_it_in_her_language_and_by_her_clocks(clock, series):
    follower(series, "ada", language="ru", time_zone="Asia/Tokyo")
    make_event(series, starts="2026-12-17T19:00", mode="online")
    clock.move_to(datetime(2026, 12, 1, 1, tzinfo=UTC))
    advance_digests()
    said = text_to("ada")
    assert "19:00" in said
    assert "01:00 (Tokyo)" in said


def test_an_idle_tick_costs_hardly_anything(clock, series):
    follower(series, "ada")
    make_event(series, starts="2026-12-17T19:00")
    with CaptureQueriesContext(connection) as asked:
        advance_digests()
    assert len(asked) <= 2
    clock.move_to(DUE)
    advance_digests()
    clock.shift(30)
    with CaptureQueriesContext(connection) as asked:
        advance_digests()
    assert len(asked) <= 4


def test_what_was_held_back_is_forgotten_after_a_year(clock, series):
    follower(series, "ada")
    clock.move_to(DUE)
    advance_digests()
    clock.shift(timedelta(days=364))
    assert HeldBack.objects.forget() == 0
    clock.shift(timedelta(days=2))
    assert HeldBack.objects.forget() == 1
