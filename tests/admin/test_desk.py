"""The front page: how the next evenings stand, what is missing, what leaves next."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mailings.leaving import leaving_next
from mailings.models import Digest, ReminderPlan
from mailings.waiting import unreleased
from meetups.models import Series
from meetups.rights import Rights
from planning.desk import desk_of
from registrations.models import Registration
from speakers.models import Offer, Proposal
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_organizer,
    make_proposal,
    make_registration,
    make_series,
    make_slot,
    make_talk,
    make_venue,
    make_wave,
)

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)  # ten in the morning in Minsk


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def series(db):
    return make_series(time_zone="Europe/Minsk")


@pytest.fixture
def desk(series):
    user = make_organizer(series)
    return lambda: desk_of(Rights(user))


def gauges(card):
    return {gauge.name: (gauge.value, gauge.most, gauge.words) for gauge in card.gauges}


def steps(card):
    return [(step.sentence, step.link) for step in card.missing]


def test_the_greeting_knows_the_hour_and_counts_the_days(series, desk):
    make_event(series, starts="2026-12-10T19:00")
    assert desk().greeting == "Good morning. The next evening is in 19 days."


@pytest.mark.parametrize(("day", "words"), [("21", "is today."), ("22", "is tomorrow.")])
def test_today_and_tomorrow_are_said_so(series, desk, day, words):
    make_event(series, starts=f"2026-11-{day}T19:00")
    assert desk().greeting.endswith(words)


def test_an_evening_shows_its_venue_guests_and_speakers(series, desk):
    venue = make_venue(name="Space", stage="agreed")
    event = make_event(series, starts="2026-12-10T19:00", venue=venue, capacity=2)
    make_talk(event, speakers=["Ada"])
    for _n in range(3):
        Registration.objects.register(event, make_contact())
    assert gauges(desk().cards[0]) == {
        "Venue": (4, 4, "Space, agreed"),
        "Guests": (2, 2, "2 of 2 · 1 waits"),
        "Speakers": (1, 3, "1 of 3"),
    }


def test_three_talks_are_enough(series, desk):
    event = make_event(series)
    for _n in range(4):
        make_talk(event, speakers=["Ada"])
    assert gauges(desk().cards[0])["Speakers"] == (3, 3, "4 talks")


def test_a_draft_counts_those_who_follow(series, desk):
    make_event(series, status="draft")
    for _n in range(2):
        make_follower(series)
    assert gauges(desk().cards[0])["Guests"] == (0, 1, "2 people follow")


def test_what_is_missing_is_said_with_what_to_do(series, desk):
    venue = make_venue(name="Café", stage="contacted")
    event = make_event(series, status="draft", venue=venue)
    make_slot(event, "talk")
    steps = [(step.sentence, step.link) for step in desk().cards[0].missing]
    assert steps == [
        ("Café has not agreed yet.", "Open the venue"),
        ("3 more talks make it an evening.", "Add a talk"),
        ("Nobody can propose a talk yet.", "Open a call"),
        ("Nothing says what it is about.", "Write it"),
        ("Nobody can see it yet.", "Publish"),
    ]


def test_with_a_call_a_free_place_is_filled_from_what_was_proposed(series, desk):
    make_call(series)
    slot = make_slot(make_event(series, tagline="x"), "talk")
    (step,) = [step for step in desk().cards[0].missing if "talk" in step.sentence]
    assert (step.sentence, step.link) == ("3 more talks make it an evening.", "Place a talk")
    assert step.url.endswith(f"/ask/{slot.pk}/")


def test_a_queue_beside_a_larger_room_is_worth_a_word(series, desk):
    venue = make_venue(stage="agreed")
    room = venue.rooms.get()
    event = make_event(series, venue=venue, room=room, capacity=1, tagline="x")
    for _n in range(3):
        make_talk(event, speakers=["Ada"])
        Registration.objects.register(event, make_contact())
    assert [step.sentence for step in desk().cards[0].missing] == [
        "2 people wait, and the room holds 100."
    ]


def test_an_evening_that_is_over_asks_for_what_remains(series, desk):
    event = make_event(series, starts_in=timedelta(days=-3))
    make_talk(event, speakers=["Ada"], video_url="https://example.org/v")
    make_talk(event, speakers=["Bea"])
    for came in [True, True, False]:
        make_registration(event, came=came)
    card = desk().cards[0]
    assert card.standing == "over"
    assert gauges(card) == {
        "Came": (2, 3, "2 of 3"),
        # Text, pictures; video, slides, summary, licence and profile of two talks. Counted by hand:
        # who came and one video are there.
        "Recap": (2, 13, "2 of 13"),
        "Videos": (1, 2, "1 of 2"),
    }
    assert [step.link for step in card.missing] == ["Write the recap", "Add them"]


def test_cancelled_evenings_and_those_long_over_have_no_card(series, desk):
    make_event(series, status="cancelled")
    make_event(series, starts_in=timedelta(days=-60))
    assert desk().cards == []


def test_a_fresh_series_is_told_the_first_three_steps(series, client):
    client.force_login(make_organizer(series))
    page = client.get("/admin/").content.decode()
    assert "Three steps to the first evening" in page
    assert page.count("<li><strong>") == 3


def test_two_of_three_is_no_disaster_and_only_a_yes_counts(series, desk):
    event = make_event(series)
    for _n in range(2):
        make_talk(event, speakers=["Ada"])
    make_proposal(make_call(series), "accepted", slot=make_slot(event, "talk"))
    (card,) = desk().cards
    assert gauges(card)["Speakers"] == (2, 3, "2 of 3 · it works without the last one")
    assert ("1 talk waits for its speaker's yes.", "See which") in steps(card)


def test_a_free_place_leads_to_the_reserves_and_then_to_those_who_were_asked(series, desk):
    call, event = make_call(series), make_event(series)
    slot = make_slot(event, "talk")
    make_proposal(call, "reserve")
    (free, *_rest) = desk().cards[0].missing[1:]
    assert (free.sentence, free.link) == ("A place in the agenda is free.", "Ask the reserves")
    assert free.url.endswith(f"/ask/{slot.pk}/")
    Offer.objects.offer(slot)
    assert ("A place is free, and 1 reserve is asked.", "See who") in steps(desk().cards[0])


def test_what_speakers_wait_for_is_said_with_what_to_do(series, desk):
    call = make_call(series)
    assert desk().waiting == []
    make_proposal(call)
    Proposal.objects.update(answer_by=NOW.date() - timedelta(days=1))
    for _n in range(2):
        make_proposal(call).accept()
    silent = make_proposal(call, "accepted", slot=make_slot(make_event(series), "talk"))
    Proposal.objects.filter(pk=silent.pk).update(chased=2)
    assert [(step.sentence, step.link, step.url.partition("?")[2]) for step in desk().waiting] == [
        ("1 proposal is past its promised date.", "Answer it", "due=answer"),
        ("The speakers of 2 proposals do not know yet how they stand.", "Tell them", "due=told"),
        (
            "1 speaker was asked again twice and has not confirmed the evening.",
            "Call the speaker",
            "due=evening",
        ),
    ]


def test_the_desk_shows_nobodys_proposals_to_a_helper_at_the_door(series):
    make_proposal(make_call(series)).accept()
    assert desk_of(Rights(make_organizer(series, role="door"))).waiting == []
    assert desk_of(Rights(make_organizer(make_series()))).waiting == []


def test_the_desk_asks_as_many_questions_for_many_talks_as_for_few(series, desk, client):
    def fill(count):
        for _n in range(count):
            event = make_event(series)
            slot = make_slot(event, "talk")
            make_proposal(call, "confirmed", slot=make_slot(event, "talk"))
            make_proposal(call, "reserve")
            Offer.objects.offer(slot)

    call = make_call(series)
    client.force_login(make_organizer(series))
    fill(2)
    client.get("/admin/")
    with CaptureQueriesContext(connection) as few:
        page = client.get("/admin/").content.decode()
    fill(4)
    with CaptureQueriesContext(connection) as many:
        client.get("/admin/")
    assert len(few) == len(many)
    assert "reserves are asked" in page or "reserve is asked" in page


def test_reminders_to_speakers_leave_next(series):
    event = make_event(series, starts="2026-12-10T19:00")
    proposal = make_proposal(make_call(series), "confirmed", slot=make_slot(event, "talk"))
    proposal.talk.duties.finish("rehearsal")
    lines = [(line.what, line.at, line.people) for line in leaving_next([series])]
    assert lines == [
        ("Reminder: slides", datetime(2026, 11, 30, 6, 0, tzinfo=UTC), 1),
        ("Reminder: how to arrive", datetime(2026, 12, 9, 6, 0, tzinfo=UTC), 1),
        ("Eve reminder", datetime(2026, 12, 9, 15, 0, tzinfo=UTC), 0),
    ]


def test_what_leaves_next_stands_in_the_order_of_leaving(series):
    event = make_event(series, starts="2026-12-10T19:00", capacity=5)
    Registration.objects.register(event, make_contact())
    lines = [(line.what, line.at, line.people) for line in leaving_next([series])]
    assert lines == [
        ("Confirmation of a seat", NOW, 1),
        ("Eve reminder", datetime(2026, 12, 9, 15, 0, tzinfo=UTC), 1),
    ]


def test_what_was_released_and_the_digest_leave_next(series):
    event = make_event(series, starts="2026-12-10T19:00", line=make_line(series, "web"))
    make_wave(event, due="2026-12-01T18:00")
    ReminderPlan.objects.create(event=event, kind="half_day")
    make_wave(make_event(series, status="draft"), due="2026-12-01T18:00")
    Series.objects.update(digest_day=30)
    Digest.objects.create(series=series, period="2026-11")
    lines = [(line.what, line.at, line.people or line.whom) for line in leaving_next([series])]
    assert lines == [
        (f"Monthly digest of {series}", datetime(2026, 11, 30, 7, 0, tzinfo=UTC), "followers"),
        (
            "First invitation",
            datetime(2026, 12, 1, 15, 0, tzinfo=UTC),
            "followers of Web, or of the whole series",
        ),
        ("Eve reminder", datetime(2026, 12, 9, 15, 0, tzinfo=UTC), ""),
        ("Reminder half a day before", datetime(2026, 12, 10, 5, 0, tzinfo=UTC), ""),
    ]


def test_what_leaves_next_takes_the_same_queries_however_much_there_is(series):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            leaving_next([series])
        return len(taken)

    make_wave(make_event(series), due="2026-12-01T18:00")
    few = queries()
    for day in (2, 3, 4):
        make_wave(make_event(series, line=make_line(series)), due=f"2026-12-0{day}T18:00")
    assert queries() == few


def test_nothing_of_another_series_leaves_here(series):
    other = make_event(make_series())
    Registration.objects.register(other, make_contact())
    assert leaving_next([series]) == []
    assert leaving_next([]) == []


def test_a_helper_at_the_door_sees_the_evenings_but_no_homework(series):
    make_event(series, status="draft")
    user = make_organizer(series, role="door")
    (card,) = desk_of(Rights(user)).cards
    assert card.missing == []


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("starts_in", "leads_to_the_door"),
    [
        (6 * 60, True),
        (6 * 60 + 1, False),
        (-3 * 60, True),
        (-60 * 5 + 1, True),
        (-60 * 5 - 1, False),
    ],
)
def test_on_the_day_the_evening_stands_first_with_its_door(
    series, client, starts_in, leads_to_the_door
):
    """Of two hours; after three more it is an evening like others."""
    later = make_event(series, starts_in=timedelta(minutes=7 * 60))
    event = make_event(series, starts_in=starts_in * MINUTE, minutes=120)
    client.force_login(make_organizer(series))
    page = client.get("/admin/").content.decode()
    assert (f"/admin/meetups/event/{event.pk}/door/" in page) is leads_to_the_door
    assert (f"/admin/meetups/event/{event.pk}/running/" in page) is leads_to_the_door
    assert f"/admin/meetups/event/{later.pk}/door/" not in page
    assert page.index(event.title) < page.index(later.title) or not leads_to_the_door


def test_the_evenings_come_before_invitations_that_wait_for_a_release(series, client):
    make_event(series, starts_in=timedelta(hours=3))
    make_wave(make_event(series, starts_in=timedelta(days=3)), state="draft")
    client.force_login(make_organizer(series))
    page = client.get("/admin/").content.decode()
    assert page.index("At the door") < page.rindex("desk-card") < page.index("is not released")


@pytest.mark.parametrize(("hours", "count"), [(23, 0), (25, 1)])
def test_what_can_reach_nobody_in_time_is_not_asked_for(series, hours, count):
    make_wave(make_event(series, starts_in=timedelta(hours=hours)), state="draft")
    assert len(unreleased([series])) == count


def test_the_links_of_an_evening_stand_in_the_order_of_what_is_next(series, client):
    client.force_login(make_organizer(series))

    def groups(starts_in):
        event = make_event(series, starts_in=starts_in)
        page = client.get(f"/admin/meetups/event/{event.pk}/change/").content.decode()
        return re.findall(r'<h2 class="facts-head">([^<]+)<', page)

    assert groups(timedelta(days=9)) == ["Before", "On the day"]
    assert groups(timedelta(hours=1)) == ["On the day", "Before"]
    assert groups(timedelta(days=-9)) == ["Afterwards", "On the day", "Before"]
