"""The list of the door is closed three hours after the end, if somebody kept it (O5)."""

from datetime import timedelta

import pytest
import time_machine

from config.tick import STEPS
from meetups.models import Refused
from registrations.closing import close_due_lists, close_list, reopen_list
from registrations.door.taking import Told, take
from registrations.models import Scan
from tests.builders import make_event, make_registration

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def evening():
    return make_event(starts_in=-2 * HOUR, minutes=120, mode="both", capacity=50)


def guests(event, count, **fields):
    return [make_registration(event, **fields) for _each in range(count)]


def let_in(event, seats):
    with time_machine.travel(event.starts_at, tick=False):
        take(event, [Told(Scan.Kind.NAME, registration=seat.pk) for seat in seats])


def after(event, hours):
    return time_machine.travel(event.ends_at + hours * HOUR, tick=False)


def facts(event):
    rows = event.registrations.order_by("pk").values_list("came", "came_by")
    return [f"{came} {by}".strip() for came, by in rows]


def test_an_event_without_check_in_yields_no_no_shows(evening):
    guests(evening, 5)
    with after(evening, 3):
        assert close_due_lists() == 0
        with pytest.raises(Refused):
            close_list(evening)
    assert facts(evening) == ["None"] * 5
    evening.refresh_from_db()
    assert evening.list_closed_at is None


def test_who_is_not_on_a_list_that_was_kept_did_not_come(evening):
    seats = guests(evening, 5)
    make_registration(evening, "waiting", mode="online")
    let_in(evening, seats[:1])
    with after(evening, 2.9):
        assert close_due_lists() == 0
    with after(evening, 3):
        assert (close_due_lists(), close_due_lists()) == (1, 0)
    assert facts(evening) == ["True door"] + ["False list"] * 4 + ["None"]


def test_a_list_with_less_than_a_fifth_of_the_seats_was_not_kept(evening):
    let_in(evening, guests(evening, 6)[:1])
    with after(evening, 3):
        assert close_due_lists() == 0


def test_whoever_took_part_online_is_not_on_the_list_of_the_door(evening):
    let_in(evening, guests(evening, 2, mode="onsite")[:1])
    make_registration(evening, mode="online")
    with after(evening, 3):
        close_due_lists()
    assert facts(evening) == ["True door", "False list", "None"]


def test_a_list_that_is_not_complete_is_left_alone_and_opened_again(evening):
    seats = guests(evening, 3)
    let_in(evening, seats[:1])
    with after(evening, 3):
        close_due_lists()
        seats[2].refresh_from_db()
        type(seats[2]).objects.filter(pk=seats[2].pk).update(came_by="hand")
        assert reopen_list(evening) == 1
        assert close_due_lists() == 0
        assert facts(evening) == ["True door", "None", "False hand"]
        assert close_list(evening) == 1
    assert facts(evening) == ["True door", "False list", "False hand"]


def test_nobody_has_missed_an_evening_that_is_not_over(evening):
    let_in(evening, guests(evening, 2)[:1])
    with after(evening, -0.5), pytest.raises(Refused):
        close_list(evening)


def test_a_late_scan_wins_over_the_closed_list(evening):
    seats = guests(evening, 2)
    let_in(evening, seats[:1])
    with after(evening, 3):
        close_due_lists()
        told = Told(Scan.Kind.NAME, registration=seats[1].pk, was_offline=True)
        assert take(evening, [told])[0].result == "admitted"
        assert close_due_lists() == 0
    assert facts(evening) == ["True door", "True door"]


def test_a_day_later_only_an_organizer_closes_a_list(evening):
    let_in(evening, guests(evening, 2)[:1])
    with after(evening, 28):
        assert close_due_lists() == 0
        assert close_list(evening) == 1


def test_the_tick_closes_lists():
    assert close_due_lists in STEPS.values()
