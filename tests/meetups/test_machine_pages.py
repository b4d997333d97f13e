"""Calendars, feed, sitemap and robots: what programs read."""

from datetime import timedelta
from xml.etree import ElementTree

import icalendar
import pytest
from django.test import Client

from tests.builders import make_event, make_series, make_talk, make_venue

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def entries_of(path):
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return icalendar.Calendar.from_ical(answer.content).walk("VEVENT")


def test_an_evenings_calendar_file_is_read_back_as_it_was():
    venue = make_venue(name="Space", address="Main Street 1")
    event = make_event(starts="2027-12-09T19:00", title="Очереди, типы; и \\ прочее", venue=venue)

    (entry,) = entries_of(f"/events/{event.slug}.ics")

    assert str(entry["summary"]) == "Очереди, типы; и \\ прочее"
    assert entry["dtstart"].dt == event.starts_at
    assert entry["dtend"].dt == event.ends_at
    assert str(entry["uid"]) == f"{event.uid}@testserver"


def test_a_series_calendar_keeps_what_was_cancelled_and_a_year_of_what_was():
    series = make_series("minsk")
    make_event(series, title="Long ago", starts_in=timedelta(days=-400))
    make_event(series, title="Lately", starts_in=timedelta(days=-40))
    make_event(series, title="Soon")
    make_event(series, title="Not now", starts_in=timedelta(days=50)).cancel()

    entries = entries_of("/series/minsk.ics")

    assert [(str(e["summary"]), str(e["status"])) for e in entries] == [
        ("Lately", "CONFIRMED"),
        ("Soon", "CONFIRMED"),
        ("Not now", "CANCELLED"),
    ]


def test_a_calendar_that_has_not_changed_is_not_sent_again():
    event = make_event()
    path = f"/events/{event.slug}.ics"
    etag = Client().get(path)["ETag"]

    assert Client().get(path, headers={"if-none-match": etag}).status_code == 304
    event.cancel()
    assert Client().get(path, headers={"if-none-match": etag}).status_code == 200


def test_other_sites_may_read_calendar_and_feed():
    make_series("minsk")

    for path in ("/series/minsk.ics", "/series/minsk/feed/"):
        assert Client().get(path)["Access-Control-Allow-Origin"] == "*"


def test_the_feed_is_atom_with_a_lasting_name_for_each_evening():
    series = make_series("minsk", name="Minsk & Python")
    event = make_event(series, starts="2027-12-09T19:00", title="Types <and> queues")
    talk = make_talk(event, "Postgres is the queue")

    feed = ElementTree.fromstring(Client().get("/series/minsk/feed/").content)  # noqa: S314 (our own)

    assert feed.findtext(f"{ATOM}title") == "Minsk & Python"
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Types <and> queues (9 December 2027)"
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{event.uid}"
    assert entry.find(f"{ATOM}link").get("href") == f"http://testserver/events/{event.slug}/"
    assert f"http://testserver{talk.get_absolute_url()}" in entry.findtext(f"{ATOM}summary")


def test_the_sitemap_names_public_pages_by_their_public_address(settings):
    settings.PUBLIC_URL = "https://evenings.example.org"
    series = make_series("minsk")
    event = make_event(series)

    page = Client().get("/sitemap.xml").content.decode()

    assert "<loc>https://evenings.example.org/series/minsk/</loc>" in page
    assert f"<loc>https://evenings.example.org/events/{event.slug}/</loc>" in page


def test_robots_keep_out_of_what_belongs_to_one_person():
    robots = Client().get("/robots.txt")

    assert robots["Content-Type"] == "text/plain; charset=utf-8"
    lines = robots.content.decode().splitlines()
    assert "Disallow: /registrations/" in lines
    assert "Sitemap: http://testserver/sitemap.xml" in lines


@pytest.mark.parametrize(
    "path", ["/series/x/", "/series/x.ics", "/series/x/feed/", "/events/x/", "/events/x.ics"]
)
def test_what_is_not_there_is_404(path):
    assert Client().get(path).status_code == 404
