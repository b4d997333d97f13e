"""Pages are rendered once and kept; whatever changes them shows on the next request."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from PIL import Image

from meetups.models import Event, Picture, Slot
from meetups.pages import Shelf, kept_page
from meetups.revisions import evenings_version, event_version
from registrations.models import Registration
from speakers.models import Speaker, Talk
from tests.builders import (
    make_contact,
    make_event,
    make_line,
    make_registration,
    make_series,
    make_slot,
    make_speaker,
    make_talk,
    make_venue,
)
from tests.threads import crew
from venues.models import Room, Venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    """An evening with one of everything that its page shows."""
    venue = make_venue(name="Old venue")
    series = make_series("minsk")
    event = make_event(
        series,
        slug="mp-61",
        venue=venue,
        room=venue.rooms.get(),
        capacity=9,
        line=make_line(series),
    )
    make_talk(event, slug="talk", speakers=["Old speaker"])
    make_slot(event, title="Old break")
    return event


def by_hand(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES = {
    "title": lambda event: Event.objects.filter(pk=event.pk).update(title="New"),
    "sql": lambda event: by_hand("UPDATE meetups_event SET tagline = 'New'"),
    "cancelled": lambda event: event.cancel("New reason"),
    "moved": lambda event: event.move(day=event.date + timedelta(days=1)),
    "limit": lambda event: event.set_capacity(12),
    "seat": lambda event: Registration.objects.register(event, make_contact()),
    "seat given back": lambda event: event.registrations.get().cancel(),
    "series": lambda event: event.series.__class__.objects.update(name="New"),
    "line": lambda event: event.series.lines.update(name="New"),
    "venue": lambda event: Venue.objects.update(name="New"),
    "room": lambda event: Room.objects.update(name="New"),
    "slot added": lambda event: make_slot(event, title="New"),
    "slot changed": lambda event: Slot.objects.filter(kind="break").update(title="New"),
    "slot removed": lambda event: Slot.objects.filter(kind="break").delete(),
    "talk": lambda event: Talk.objects.update(title="New"),
    "talk hidden": lambda event: Talk.objects.update(visibility="nowhere"),
    "speaker": lambda event: Speaker.objects.update(name="New"),
    "speaker added": lambda event: Talk.objects.get().speakers.add(make_speaker(event.series)),
    "speaker gone": lambda event: Talk.objects.get().speakers.clear(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_shows_on_the_next_request(event, change):
    make_registration(event)
    before = Client().get("/events/mp-61/").content

    change(event)

    assert Client().get("/events/mp-61/").content != before


@pytest.mark.parametrize("path", ["/", "/series/minsk/"])
@pytest.mark.parametrize("change", ["title", "cancelled", "seat", "venue", "speaker", "series"])
def test_lists_follow_too(event, path, change):
    before = Client().get(path).content

    CHANGES[change](event)

    assert Client().get(path).content != before


def test_a_new_evening_a_new_series_and_a_picture_are_seen(event):
    home, series = Client().get("/").content, Client().get("/series/minsk/").content
    make_event(event.series, title="Another")
    assert b"Another" in Client().get("/series/minsk/").content != series
    make_series(name="A second series")
    assert b"A second series" in Client().get("/").content != home

    over = make_event(starts_in=timedelta(days=-3))
    before = event_version(over.slug)
    photo = BytesIO()
    Image.new("RGB", (6, 4)).save(photo, "PNG")
    Picture.objects.create(event=over, file=ContentFile(photo.getvalue(), name="a.png"))
    assert event_version(over.slug) != before


def test_the_talks_page_follows_talk_speaker_and_evening(event):
    for change in ("talk", "speaker", "cancelled"):
        before = Client().get("/talks/talk/").content
        CHANGES[change](event)
        assert Client().get("/talks/talk/").content != before


def test_time_changes_a_page_without_anybody_doing_anything(event):
    with time_machine.travel(event.starts_at - timedelta(minutes=1), tick=False) as clock:
        assert b"Keep me a seat" in Client().get("/events/mp-61/").content
        assert b"Keep me a seat" in Client().get("/").content
        clock.move_to(event.starts_at)
        assert b"It has begun" in Client().get("/events/mp-61/").content
        assert b"It has begun" in Client().get("/").content
        clock.move_to(event.ends_at)
        assert b"See the next evening" in Client().get("/events/mp-61/").content
        assert b"Before that" in Client().get("/").content


@pytest.mark.parametrize(
    "path", ["/", "/series/minsk/", "/series/minsk/archive/", "/events/mp-61/", "/talks/talk/"]
)
def test_a_page_that_has_not_changed_takes_one_query(event, path, django_assert_num_queries):
    first = Client().get(path)

    with django_assert_num_queries(1):
        again = Client().get(path)
    with django_assert_num_queries(1):
        unchanged = Client().get(path, headers={"if-none-match": first["ETag"]})

    assert again.content == first.content
    assert unchanged.status_code == 304


def test_what_changes_while_a_page_is_rendered_is_not_kept_as_what_was_before(event, rf):
    """The count of seats comes back to what it was: a page kept under it would be shown again."""
    seats = []

    @kept_page(event_version)
    def page(request, slug):
        if not seats:  # after the question for the version, before the first look at the row
            seats.append(Registration.objects.register(event, make_contact()))
        return HttpResponse(str(Event.objects.get(slug=slug).seats_taken))

    assert page(rf.get("/taken/"), slug="mp-61").content == b"1"
    seats[0].cancel()
    assert page(rf.get("/taken/"), slug="mp-61").content == b"0"


def test_a_draft_is_kept_from_nobody_to_nobody(event):
    Client().get("/events/mp-61/")

    Event.objects.filter(pk=event.pk).update(status="draft")

    assert Client().get("/events/mp-61/").status_code == 404


def test_a_message_for_one_person_is_never_kept(event):
    client = Client()
    client.post("/events/mp-61/register/", {"name": "Ada", "email": "ada@example.org"})

    assert b"ada@example.org" in client.get("/events/mp-61/").content
    assert b"ada@example.org" not in Client().get("/events/mp-61/").content


def test_the_link_to_a_seat_keeps_where_the_guest_comes_from(event):
    plain = Client().get("/events/mp-61/").content
    partner = Client().get("/events/mp-61/?from=partner").content

    assert b"/register/?from=partner" in partner
    assert b"from=" not in plain


def test_a_shelf_gives_away_what_nobody_asks_for():
    shelf = Shelf(places=2)
    for name in "ab":
        shelf.keep(name, HttpResponse(name))
    shelf.get("a")
    shelf.keep("c", HttpResponse("c"))

    assert shelf.get("b") is None
    assert shelf.get("a").content == b"a"


@pytest.mark.django_db(transaction=True)
def test_two_organizers_who_change_one_series_do_not_wait_for_each_other():
    series = make_series("minsk")
    events = [make_event(series) for _ in range(2)]
    versions = [evenings_version("minsk")]

    with crew(1) as elsewhere, transaction.atomic():
        Event.objects.filter(pk=events[0].pk).update(title="Mine, not yet committed")

        def change_the_other():
            with transaction.atomic():
                by_hand("SET LOCAL lock_timeout = '500ms'")
                Event.objects.filter(pk=events[1].pk).update(title="Yours")

        elsewhere(change_the_other)
        versions += elsewhere(lambda: evenings_version("minsk"))
    versions.append(evenings_version("minsk"))

    assert len(set(versions)) == 3
