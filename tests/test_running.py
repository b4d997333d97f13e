"""The run sheet: what was planned beside what is now (needs 3, 100, 101)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from planning.models import Begun
from planning.running import begin, run_sheet
from tests.builders import make_event, make_organizer, make_series, make_slot

pytestmark = pytest.mark.django_db

# 19:00 in Minsk.
START = datetime(2026, 12, 10, 16, 0, tzinfo=UTC)


@pytest.fixture
def evening():
    """Talk 20, break 15, talk 20, break 10, talk 20: planned to end at 20:25."""
    event = make_event(make_series(), starts="2026-12-10T19:00")
    for kind, minutes in (("talk", 20), ("break", 15), ("talk", 20), ("break", 10), ("talk", 20)):
        make_slot(event, kind=kind, minutes=minutes)
    return event


def after(minutes):
    return time_machine.travel(START + timedelta(minutes=minutes), tick=False)


def starts(event):
    return [f"{line.expected:%H:%M} {line.state}" for line in run_sheet(event).lines]


def test_before_the_evening_the_plan_is_shown(evening):
    with after(-60):
        assert starts(evening) == [
            "19:00 ahead", "19:20 ahead", "19:35 ahead", "19:55 ahead", "20:05 ahead",
        ]  # fmt: skip
        assert run_sheet(evening).advice == ""


def test_a_talk_that_overruns_moves_the_rest_and_a_break_may_be_cut(evening):
    first = evening.slots.first()
    with after(2):
        begin(first)
    with after(34):
        sheet = run_sheet(evening)
        assert (sheet.lines[0].state, sheet.lines[0].overrun) == ("now", 12)
        assert starts(evening)[1:] == ["19:34 ahead", "19:49 ahead", "20:09 ahead", "20:19 ahead"]
        assert sheet.advice == (
            "14 minutes late: as it stands, the evening ends at 20:39. "
            "Cut the next break to 5 minutes, or let everything move."
        )
        assert sheet.cut == sheet.lines[1].slot


def test_an_evening_in_time_needs_no_advice(evening):
    with after(0):
        begin(evening.slots.first())
    with after(10):
        assert run_sheet(evening).advice == ""


def test_what_is_pressed_twice_begins_once(evening):
    slot = evening.slots.first()
    with after(0):
        begin(slot)
    with after(3):
        begin(slot)
    assert Begun.objects.get().at == START


def test_the_page_takes_the_same_queries_for_a_long_agenda(
    client, evening, django_assert_max_num_queries
):
    for _each in range(30):
        make_slot(evening)
    client.force_login(make_organizer(evening.series))
    with django_assert_max_num_queries(12):
        page = client.get(f"/admin/meetups/event/{evening.pk}/running/")
    assert page.status_code == 200


def test_a_host_begins_cuts_and_keeps_a_note(client, evening):
    url = f"/admin/meetups/event/{evening.pk}/running/"
    first, pause, *_rest = evening.slots.all()
    with after(0):
        client.force_login(make_organizer(evening.series))
        client.post(url, {"do": f"begin:{first.pk}"})
    with after(30):
        client.post(url, {"do": f"cut:{pause.pk}"})
        client.post(url, {"do": f"note:{first.pk}", "words": "Ask about <tests>"})
        page = client.get(url).content.decode()
    pause.refresh_from_db()
    assert pause.minutes == 5
    assert "Ask about &lt;tests&gt;" in page


@pytest.mark.parametrize("what", ["begin:0", "begin:x", "", "cut:", "begin:99999999999", "note:²"])
def test_what_makes_no_sense_changes_nothing(client, evening, what):
    client.force_login(make_organizer(evening.series))
    answer = client.post(f"/admin/meetups/event/{evening.pk}/running/", {"do": what})
    assert answer.status_code in {302, 404}
    assert not Begun.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_only_organizers_of_the_series_run_it(client, evening, role):
    url = f"/admin/meetups/event/{evening.pk}/running/"
    for user in (make_organizer(evening.series, role), make_organizer(make_series())):
        client.force_login(user)
        assert client.get(url).status_code == 404


def test_without_an_agenda_the_page_leads_to_where_it_is_made(client):
    event = make_event(make_series())
    client.force_login(make_organizer(event.series))
    page = client.get(f"/admin/meetups/event/{event.pk}/running/").content.decode()
    assert f'href="/admin/meetups/event/{event.pk}/change/#slots-group"' in page
