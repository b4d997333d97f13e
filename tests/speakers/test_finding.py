"""Talks are found by their words, once they are agreed, where they are now, and quickly."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from meetups.models import Event, Slot
from speakers.models import Talk
from tests.builders import (
    make_call,
    make_event,
    make_proposal,
    make_series,
    make_slot,
    make_speaker,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event(make_series("minsk"), slug="mp-61", title="Evening 61")


def test_the_words_of_a_talk_get_into_the_archive_with_the_yes(event):
    call = make_call(event.series)
    title = {"title": "Очередь, которая ничего не забывает"}
    proposal = make_proposal(call, "accepted", slot=make_slot(event, "talk"), **title)
    assert not type(event).objects.search("очереди")

    proposal.confirm()

    assert list(type(event).objects.search("очереди")) == [event]
    with time_machine.travel(event.ends_at + timedelta(days=1)):
        page = Client().get("/series/minsk/archive/?q=очереди").content.decode()
    assert "Очередь, которая ничего не забывает" in page or event.title in page


@pytest.mark.parametrize("query", ["donnees", "données", "DONNÉES", "donnée"])
def test_french_is_found_with_and_without_accents(event, query):
    call = make_call(event.series)
    title = {"title": "Des données ouvertes sur une carte"}
    make_proposal(call, "confirmed", slot=make_slot(event, "talk"), **title)

    assert list(type(event).objects.search(query)) == [event]


def test_a_moved_talk_is_found_by_its_new_evening(event):
    proposal = make_proposal(
        make_call(event.series), "confirmed", slot=make_slot(event, "talk"), title="Quokka"
    )
    other = make_event(event.series)

    proposal.place(make_slot(other, "talk"), agreed=True)

    assert list(type(event).objects.search("quokka")) == [other]


def test_two_thousand_talks_are_searched_in_the_twinkling_of_an_eye(event):
    make_archive(event.series, evenings=200, talks=10)
    assert Talk.objects.count() == 2000

    began = time.monotonic()
    answer = Client().get("/series/minsk/archive/?q=очереди donnees")
    took = time.monotonic() - began

    assert "Speaker 003" in answer.content.decode()
    assert "Speaker 004" not in answer.content.decode()
    assert took < 0.5


def make_archive(series, evenings, talks):
    """Written row by row it would take longer than all other tests of this folder."""
    latest = make_event(series, starts_in=timedelta(days=-7), slug="old-0")
    older = [(n, latest.starts_at - timedelta(days=7 * n)) for n in range(1, evenings)]
    Event.objects.bulk_create(
        Event(series=series, slug=f"old-{n}", title=f"Old {n}", status="published",
              zone=latest.zone, date=at.date(), time=at.time(), starts_at=at,
              ends_at=at + timedelta(hours=2))
        for n, at in older
    )  # fmt: skip
    old = Event.objects.filter(slug__startswith="old-").order_by("-starts_at")
    slots = Slot.objects.bulk_create(
        Slot(event=event, kind="talk", position=n) for event in old for n in range(talks)
    )
    made = Talk.objects.bulk_create(
        Talk(series=series, slot=slot, slug=f"t-{n}", title=title_in(n // talks))
        for n, slot in enumerate(slots)
    )
    for number, event in enumerate(old):
        made[number * talks].speakers.add(make_speaker(series, f"Speaker {number:03}"))
        event.reindex()


def title_in(evening):
    return "Очередь и données" if evening % 10 == 3 else "Of something else"
