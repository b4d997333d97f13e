"""Reminders of what is to be done, each once on its morning; and who is asked again for a yes."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.tick import tick
from outbox.models import Delivery
from speakers.models import Duty, Part, Proposal
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_proposal,
    make_series,
    make_slot,
    make_speaker,
)
from tests.owed import let_go, letters
from tests.threads import in_threads

NOW = datetime(2026, 11, 2, 7, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
# 10 December, 19:00 in Minsk: 21, 10, 5 and 1 days before, at nine there, in UTC.
MORNINGS = {
    "profile": datetime(2026, 11, 19, 6, tzinfo=UTC),
    "slides": datetime(2026, 11, 30, 6, tzinfo=UTC),
    "rehearsal": datetime(2026, 12, 5, 6, tzinfo=UTC),
    "arrival": datetime(2026, 12, 9, 6, tzinfo=UTC),
}


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def call(db, clock):
    return make_call()


def evening(call, starts="2026-12-10T19:00", **fields):
    return make_event(call.series, starts=starts, **fields)


def confirmed(call, event=None):
    slot = make_slot(event or evening(call), "talk")
    return make_proposal(call, "confirmed", slot=slot)


def at(clock, moment):
    """What is written at this moment, however often it is looked at."""
    clock.move_to(moment)
    return Duty.objects.remind_due(), Duty.objects.remind_due()


def reminders(**about):
    return letters(template__startswith="speakers/duty_", **about)


# Duties


@pytest.mark.parametrize("kind", MORNINGS)
def test_each_duty_is_reminded_of_on_its_morning_and_once(clock, call, kind):
    proposal = confirmed(call)
    Duty.objects.exclude(kind=kind).delete()
    assert at(clock, MORNINGS[kind] - SECOND) == (0, 0)
    assert at(clock, MORNINGS[kind]) == (1, 0)
    assert at(clock, MORNINGS[kind] + timedelta(hours=20)) == (0, 0)
    (mail,) = Delivery.objects.filter(template=f"speakers/duty_{kind}")
    event = proposal.event
    assert (mail.message_class, mail.about, mail.not_after) == (
        "service", event.about, event.starts_at,
    )  # fmt: skip


def test_over_the_weeks_each_comes_once(clock, call):
    confirmed(call)
    for hour in range(0, 24 * 40, 3):
        clock.move_to(NOW + timedelta(hours=hour))
        Duty.objects.remind_due()
    assert reminders() == [f"speakers/duty_{kind}" for kind in sorted(MORNINGS)]


@pytest.mark.parametrize("kind", ["profile", "slides", "rehearsal"])
def test_nobody_is_reminded_of_what_is_done(clock, call, kind):
    proposal = confirmed(call)
    Duty.objects.exclude(kind=kind).delete()
    proposal.talk.duties.finish(kind)
    assert at(clock, MORNINGS[kind]) == (0, 0)


def test_a_reminder_not_sent_yet_is_withdrawn_when_it_is_done(clock, call):
    proposal = confirmed(call)
    at(clock, MORNINGS["slides"])
    proposal.talk.duties.finish("slides")
    assert reminders(state="queued") == ["speakers/duty_profile"]


def test_only_those_whose_profile_lacks_something_are_reminded_of_it(clock, call):
    proposal = confirmed(call)
    bea = make_contact("bea@x.org", "Bea")
    whole = make_speaker(call.series, "Bea", contact=bea, bio="Writes.", photo="speakers/b.jpg")
    Part.objects.create(proposal=proposal, contact=bea, speaker=whole, accepted_at=NOW)
    assert at(clock, MORNINGS["profile"]) == (1, 0)
    assert Delivery.objects.get(template="speakers/duty_profile").contact != bea


def test_a_talk_with_nobody_to_write_to_reminds_nobody(clock, call):
    confirmed(call).parts.update(contact=None)
    assert at(clock, MORNINGS["slides"]) == (0, 0)


@pytest.mark.parametrize("state", ["accepted", "reserve"])
def test_who_has_not_agreed_is_not_reminded(clock, call, state):
    slot = make_slot(evening(call), "talk") if state == "accepted" else None
    make_proposal(call, state, slot=slot)
    assert at(clock, MORNINGS["arrival"]) == (0, 0)


def test_a_draft_of_an_evening_reminds_nobody_before_it_is_published(clock, call):
    event = evening(call, status="draft")
    confirmed(call, event)
    assert at(clock, MORNINGS["profile"]) == (0, 0)
    event.publish()
    assert at(clock, MORNINGS["profile"] + DAY) == (1, 0)


def test_who_says_yes_after_the_day_reads_it_in_the_confirmation_but_how_to_arrive_always(
    clock, call
):
    clock.move_to(MORNINGS["arrival"] + timedelta(hours=3))
    confirmed(call)
    assert at(clock, MORNINGS["arrival"] + timedelta(hours=4)) == (1, 0)
    assert reminders() == ["speakers/duty_arrival"]


def test_after_a_standstill_it_still_goes_out_until_the_evening_begins(clock, call):
    event = confirmed(call).event
    assert at(clock, event.starts_at - SECOND)[0] == 4
    Delivery.objects.all().delete()
    Duty.objects.update(reminded_at=None)
    assert at(clock, event.starts_at) == (0, 0)


def test_a_talk_off_its_evening_reminds_nobody_any_more(clock, call):
    proposal = confirmed(call)
    at(clock, MORNINGS["profile"])
    proposal.take_off()
    assert reminders(state="queued") == []
    assert at(clock, MORNINGS["arrival"]) == (0, 0)


def test_back_on_the_same_evening_what_was_withdrawn_is_written_again(clock, call):
    proposal = confirmed(call)
    slot = proposal.slot
    at(clock, MORNINGS["profile"] - timedelta(hours=1))
    proposal.take_off()
    proposal.place(slot, agreed=True)
    assert at(clock, MORNINGS["profile"]) == (1, 0)


@pytest.mark.parametrize(("was_sent", "slides"), [(False, 2), (True, 1)])
def test_a_moved_evening_reminds_on_the_new_days_of_what_was_not_sent(
    clock, call, was_sent, slides
):
    event = evening(call)
    confirmed(call, event)
    at(clock, MORNINGS["slides"])
    if was_sent:
        let_go()
    event.move(date(2026, 12, 24))
    assert at(clock, MORNINGS["slides"] + 14 * DAY - SECOND)[1] == 0
    at(clock, MORNINGS["slides"] + 14 * DAY)
    assert reminders().count("speakers/duty_slides") == slides


def test_how_to_arrive_is_told_anew_for_a_moved_evening(clock, call):
    event = evening(call)
    confirmed(call, event)
    Duty.objects.exclude(kind="arrival").delete()
    at(clock, MORNINGS["arrival"])
    let_go()
    event.move(date(2026, 12, 17))
    Duty.objects.exclude(kind="arrival").delete()
    assert at(clock, MORNINGS["arrival"] + 7 * DAY - SECOND) == (0, 0)
    assert at(clock, MORNINGS["arrival"] + 7 * DAY) == (1, 0)


@pytest.mark.parametrize(
    ("zone", "starts", "nine"),
    [
        # The clocks go forward on 29 March 2027: nine there is an hour earlier in UTC.
        ("Europe/Berlin", "2027-03-30T19:00", datetime(2027, 3, 29, 7, tzinfo=UTC)),
        ("Europe/Berlin", "2027-03-28T19:00", datetime(2027, 3, 27, 8, tzinfo=UTC)),
        # Fourteen hours ahead: their morning is our evening before.
        ("Pacific/Kiritimati", "2026-12-10T19:00", datetime(2026, 12, 8, 19, tzinfo=UTC)),
        ("Pacific/Pago_Pago", "2026-12-10T19:00", datetime(2026, 12, 9, 20, tzinfo=UTC)),
    ],
)
def test_nine_is_nine_where_the_evening_is(clock, db, zone, starts, nine):
    call = make_call(make_series(time_zone=zone))
    confirmed(call, evening(call, starts))
    Duty.objects.exclude(kind="arrival").delete()
    assert at(clock, nine - SECOND) == (0, 0)
    assert at(clock, nine) == (1, 0)


# Asked again


def chased(clock, moment):
    clock.move_to(moment)
    return Proposal.objects.chase_due(), Proposal.objects.chase_due()


def offered(call, event=None):
    slot = make_slot(event or evening(call), "talk")
    return make_proposal(call, "accepted", slot=slot)


def test_who_does_not_answer_is_asked_twice_and_then_the_desk_shows_it(clock, call):
    proposal = offered(call)
    assert chased(clock, NOW + 5 * DAY - SECOND) == (0, 0)
    assert chased(clock, NOW + 5 * DAY) == (1, 0)
    assert not Proposal.objects.unanswered().exists()
    assert chased(clock, NOW + 10 * DAY - SECOND) == (0, 0)
    assert chased(clock, NOW + 10 * DAY) == (1, 0)
    assert chased(clock, NOW + 20 * DAY) == (0, 0)
    assert Proposal.objects.unanswered().get() == proposal
    keys = Delivery.objects.filter(template="speakers/chase").values_list("key", flat=True)
    assert sorted(key.rpartition(":")[0] for key in keys) == [
        f"proposal:{proposal.pk}:chase:{proposal.rev}:{n}" for n in (1, 2)
    ]


def test_after_a_standstill_she_is_asked_once_and_again_days_later(clock, call):
    offered(call)
    assert chased(clock, NOW + 15 * DAY) == (1, 0)
    assert chased(clock, NOW + 20 * DAY) == (1, 0)


def test_who_answered_is_not_asked_again(clock, call):
    offered(call).confirm()
    offered(call).pass_on()
    make_proposal(call, "accepted")
    make_proposal(call).place(make_slot(evening(call), "talk"))  # not told yet
    assert chased(clock, NOW + 30 * DAY) == (0, 0)


def test_a_question_not_sent_yet_is_withdrawn_with_the_answer(clock, call):
    proposal = offered(call)
    chased(clock, NOW + 5 * DAY)
    proposal.confirm()
    assert letters(about=f"proposal:{proposal.pk}", state="queued") == ["speakers/confirmed"]


def test_nobody_is_asked_again_within_an_hour_of_the_evening(clock, call):
    event = offered(call).event
    assert chased(clock, event.starts_at - timedelta(hours=1)) == (0, 0)
    assert chased(clock, event.starts_at - timedelta(hours=1) - SECOND) == (1, 0)
    assert Delivery.objects.get().not_after == event.starts_at - timedelta(hours=1)


def test_another_evening_starts_the_count_anew(clock, call):
    proposal = offered(call)
    chased(clock, NOW + 5 * DAY)
    chased(clock, NOW + 10 * DAY)
    proposal.place(make_slot(evening(call, "2027-01-14T19:00"), "talk"))
    proposal.release()
    assert chased(clock, NOW + 15 * DAY) == (1, 0)


def test_a_call_without_days_asks_nobody_again(clock, call):
    type(call).objects.update(confirm_days=0)
    offered(call)
    assert chased(clock, NOW + 20 * DAY) == (0, 0)


# Any number of planners, every thirty seconds


@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_write_one_message_each():
    with time_machine.travel(NOW, tick=True) as clock:
        call = make_call()
        event = evening(call)
        for _n in range(3):
            confirmed(call, event)
            offered(call, event)
        clock.move_to(MORNINGS["slides"])

        def plan(_number):
            return Duty.objects.remind_due() + Proposal.objects.chase_due()

        written = in_threads(3, plan)
    assert sum(written) == Delivery.objects.filter(about__gt="").count() == 9
    assert letters() == sorted(
        ["speakers/chase"] * 3 + ["speakers/duty_profile"] * 3 + ["speakers/duty_slides"] * 3
    )


@pytest.mark.django_db(transaction=True)
def test_an_evening_called_off_while_its_speakers_are_reminded_leaves_no_reminder():
    with time_machine.travel(NOW, tick=True) as clock:
        call = make_call()
        for _n in range(5):
            event = evening(call)
            confirmed(call, event)
            clock.move_to(MORNINGS["slides"])
            tasks = [event.cancel, Duty.objects.remind_due, Duty.objects.remind_due]
            in_threads(3, lambda number, them=tasks: them[number]())
            clock.move_to(NOW)
    assert reminders(state="queued") == []


def test_a_tick_with_nothing_due_asks_few_questions_whatever_is_planned(clock, call):
    for _n in range(2):
        confirmed(call)
        offered(call)
        make_proposal(call, "reserve")
    tick()
    with CaptureQueriesContext(connection) as few:
        tick()
    for _n in range(6):
        confirmed(call)
        offered(call)
    with CaptureQueriesContext(connection) as many:
        tick()
    assert len(few) == len(many) <= 28
