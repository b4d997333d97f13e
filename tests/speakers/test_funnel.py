"""Which way brings speakers: numbers by origin, worked out by hand (need 89)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from speakers.models import Proposal
from tests.builders import (
    make_call,
    make_event,
    make_lead,
    make_organizer,
    make_proposal,
    make_series,
    make_slot,
)

pytestmark = pytest.mark.django_db

FUNNEL = "/admin/speakers/lead/funnel/"


@pytest.fixture
def call():
    return make_call(make_series("minsk"))


@pytest.fixture
def boss(call):
    browser = Client()
    browser.force_login(make_organizer(call.series))
    return browser


def after_days(boss, call, time_machine, days=3):
    """Some days later, signed in anew."""
    time_machine.move_to(timezone.now() + timedelta(days=days))
    boss.force_login(call.series.organizers.get().user)


def talks(boss, query=None):
    """Per origin: proposed, accepted, confirmed, spoke."""
    found = boss.get(FUNNEL, query or {}).context["origins"]
    return {o.value: (o.proposed, o.accepted, o.confirmed, o.spoke) for o in found}


def people(boss, query=None):
    return {s.value: s.number for s in boss.get(FUNNEL, query or {}).context["steps"]}


def test_each_way_is_counted_as_far_as_its_talks_came(boss, call, time_machine):
    soon = make_event(call.series, starts_in=timedelta(days=2))
    later = make_event(call.series, starts_in=timedelta(days=30))
    for state in ["draft", "submitted", "declined", "withdrawn", "reserve", "accepted"]:
        make_proposal(call, state)
    make_proposal(call, "confirmed", slot=make_slot(later, "talk"))
    make_proposal(call, "confirmed", slot=make_slot(soon, "talk"))
    for state, event in [("submitted", None), ("confirmed", soon), ("confirmed", soon)]:
        slot = event and make_slot(event, "talk")
        make_proposal(call, state, slot=slot, origin="invited", lead=make_lead(call.series))
    make_proposal(call, "accepted", origin="organizer")
    after_days(boss, call, time_machine)

    assert talks(boss) == {"call": (7, 3, 2, 1), "invited": (3, 2, 2, 2), "organizer": (1, 1, 0, 0)}


def test_a_talk_of_an_evening_that_was_cancelled_was_not_given(boss, call, time_machine):
    event = make_event(call.series, starts_in=timedelta(days=2))
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"))
    event.cancel()
    after_days(boss, call, time_machine)

    assert talks(boss)["call"][3] == 0


def test_people_to_ask_stand_where_they_are_today(boss, call):
    for state, number in [("lead", 3), ("contacted", 2), ("agreed", 1), ("spoke", 2)]:
        for _n in range(number):
            make_lead(call.series, state=state)

    assert people(boss) == {"lead": 3, "contacted": 2, "agreed": 1, "spoke": 2, "declined": 0}


def test_the_last_twelve_months_leave_out_what_is_older(boss, call):
    old = timezone.now() - timedelta(days=366)
    make_lead(call.series, created_at=old)
    make_lead(call.series)
    before = make_proposal(call)
    Proposal.objects.filter(pk=before.pk).update(submitted_at=old)
    make_proposal(call)

    assert (talks(boss)["call"][0], people(boss)["lead"]) == (2, 2)
    year = {"since": "year"}
    assert (talks(boss, year)["call"][0], people(boss, year)["lead"]) == (1, 1)


def links_of(boss, query=""):
    page = boss.get(f"{FUNNEL}{query}").content.decode()
    parts = page.split('<td class="number">')[1:]
    found = [part.split("</td>")[0] for part in parts if "<a href" in part.split("</td>")[0]]
    return [
        (part.split('href="')[1].split('"')[0].replace("&amp;", "&"),
         int(part.split("</a>")[0].rpartition(">")[2]))
        for part in found
    ]  # fmt: skip


@pytest.mark.parametrize("query", ["", "?since=year"])
def test_every_number_leads_to_just_so_many_rows(boss, call, time_machine, query):
    event = make_event(call.series, starts_in=timedelta(days=2))
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"))
    make_proposal(call, "accepted", origin="organizer")
    make_proposal(call, "submitted", origin="invited")
    make_proposal(call, "draft")
    old = make_proposal(call, "submitted")
    Proposal.objects.filter(pk=old.pk).update(submitted_at=timezone.now() - timedelta(days=400))
    make_lead(call.series)
    make_lead(call.series, created_at=timezone.now() - timedelta(days=400))
    after_days(boss, call, time_machine)

    links = links_of(boss, query)

    assert len(links) == 8
    for url, number in links:
        answer = boss.get(url)
        assert answer.status_code == 200, url
        assert answer.context["cl"].result_count == number, url


def test_the_page_says_what_its_numbers_mean(boss):
    page = boss.get(FUNNEL).content.decode()

    assert "Sent in, drafts not counted" in page
    assert "the evening is over and was not cancelled" in page


def test_numbers_of_another_series_are_not_counted_and_not_to_be_had(boss, call):
    other = make_call()
    make_proposal(other)
    make_lead(other.series)

    assert talks(boss)["call"] == (0, 0, 0, 0)
    assert people(boss)["lead"] == 0
    assert boss.get(FUNNEL, {"series": other.series.pk}).status_code == 404
    assert boss.get(FUNNEL, {"series": "x"}).status_code == 404


def test_who_runs_two_series_chooses(boss, call):
    second = make_call()
    user = call.series.organizers.get().user
    second.series.organizers.create(user=user, role="organizer")
    make_proposal(call)
    make_proposal(second)

    assert talks(boss)["call"][0] == 2
    assert talks(boss, {"series": second.series.pk})["call"][0] == 1


@pytest.mark.parametrize("url", ["/admin/speakers/lead/", "/admin/speakers/proposal/board/"])
def test_the_list_of_people_to_ask_and_the_board_lead_here(boss, url):
    assert f'href="{FUNNEL}"' in boss.get(url).content.decode()


def test_the_page_takes_as_many_queries_for_many_as_for_one(boss, call):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            assert boss.get(FUNNEL).status_code == 200
        return len(seen)

    make_proposal(call)
    make_lead(call.series)
    few = queries()
    for _n in range(8):
        make_proposal(call, origin="invited")
        make_lead(call.series, state="agreed")

    assert queries() == few
