"""What a series looks for, to read before any form (need 88)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from meetups.models import Event
from speakers.models import Proposal
from tests.builders import make_call, make_event, make_series
from tests.speakers.proposing import TYPED, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    return make_call(make_series(slug="x", name="Minsk Python"))


def test_the_call_says_all_there_is_to_know_before_one_writes(client, call):
    call.scope, call.who_decides, call.answer_days = "Anything **useful**.", "Ann and Boris", 10
    call.save()

    page = client.get("/series/x/talks/").content.decode()

    assert "Anything <strong>useful</strong>." in page
    assert "Talk: 20 minutes" in page
    assert "Lightning talk: 5 minutes" in page
    assert "Ann and Boris" in page
    assert "within 10 days" in page
    assert "Open all year" in page
    assert 'href="/series/x/talks/new/"' in page


def test_a_deadline_is_told_with_its_zone(client, call, time_machine):
    time_machine.move_to("2026-11-22T12:00:00+00:00")
    call.closes_on = timezone.now().date() + timedelta(days=18)
    call.answer_days = 14
    call.save()

    page = client.get("/series/x/talks/").content.decode()

    assert "Open until Thursday 10 December, 23:59 (Minsk)" in page
    assert "by 24 December 2026" in page


def test_of_several_calls_each_has_its_own_button(client, call):
    other = make_call(call.series, slug="autumn", title="Autumn evening")

    page = client.get("/series/x/talks/").content.decode()

    assert f'href="/series/x/talks/new/?call={call.slug}"' in page
    assert 'href="/series/x/talks/new/?call=autumn"' in page
    assert "Autumn evening" in client.get("/series/x/talks/new/?call=autumn").content.decode()
    propose_to = Client().post("/series/x/talks/new/?call=autumn", TYPED)
    assert propose_to.status_code == 302
    assert Proposal.objects.get().call == other


def test_without_an_open_call_the_page_says_what_one_can_do(client):
    make_series(slug="x")
    page = client.get("/series/x/talks/").content.decode()
    assert "We look for no talks at the moment" in page
    assert "See the next evening" in page
    assert "talks/new/" not in page


def test_the_page_of_the_call_is_for_everybody_and_asks_the_same_for_many(
    client, call, django_assert_num_queries
):
    with django_assert_num_queries(3):
        answer = client.get("/series/x/talks/")
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    for _each in range(5):
        make_call(call.series)
    with django_assert_num_queries(3):
        client.get("/series/x/talks/")


def test_an_evening_that_is_not_announced_stays_unknown(client, call):
    call.event = make_event(call.series, title="Secret guest", status="draft")
    call.save()
    for path in ("/series/x/talks/", "/series/x/talks/new/"):
        assert "Secret guest" not in client.get(path).content.decode()


def test_the_call_of_an_evening_that_is_off_is_closed(client, call):
    call.event = make_event(call.series)
    call.save()
    Event.objects.update(status="cancelled")
    assert "We look for no talks" in client.get("/series/x/talks/").content.decode()
    assert propose(client, call).status_code == 409


def test_the_pages_of_a_series_lead_to_the_call(client, call):
    assert 'href="/series/x/talks/"' in client.get("/series/x/").content.decode()
