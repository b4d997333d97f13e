"""An evening's page before, during and after."""

import json
from datetime import time, timedelta
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from meetups.models import Picture
from meetups.pictures import clean_picture
from tests.builders import (
    make_event,
    make_registration,
    make_series,
    make_slot,
    make_speaker,
    make_talk,
    make_venue,
)

pytestmark = pytest.mark.django_db


def make_picture(event):
    photo = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(photo, "PNG")
    return Picture.objects.create(event=event, file=clean_picture(photo, photo.tell()))


def page_of(event):
    answer = Client().get(f"/events/{event.slug}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def schema_of(event):
    page = Client().get(f"/events/{event.slug}/").content.decode()
    script = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    return json.loads(script)


def test_the_announcement_says_when_where_and_how_to_get_in():
    venue = make_venue(
        name="Space", address="Main Street 1", transport="Metro Center", entrance="By the yard",
        step_free=True, latitude=53.9, longitude=27.56,
    )  # fmt: skip
    event = make_event(starts="2027-12-09T19:00", venue=venue, minutes=150, level="beginners")

    page = page_of(event)

    assert '<time datetime="2027-12-09T19:00:00+03:00">' in page
    assert "Thu 9 December, 19:00</time>–21:30" in page
    assert "Minsk time" in page
    for fact in (
        "Space, Main Street 1",
        "Metro Center",
        "By the yard",
        "Step-free",
        "for beginners",
    ):
        assert fact in page
    assert "https://www.openstreetmap.org/?mlat=53.9&amp;mlon=27.56#map=17" in page


def test_the_agenda_counts_from_the_start_and_doors_open_before_it():
    event = make_event(starts="2027-12-09T19:00")
    make_slot(event, "doors", "Tea and hello", minutes=30)
    make_talk(event, "First talk", speakers=["Ada Lovelace"])
    make_slot(event, "break", "Air", minutes=15)
    make_talk(event, "Second talk")

    page = page_of(event)

    times = [">18:30</time>", "Tea and hello", ">19:00</time>", "First talk", "Ada Lovelace",
             ">19:20</time>", "Air · 15 min", ">19:35</time>", "Second talk"]  # fmt: skip
    places = [page.index(text) for text in times]
    assert places == sorted(places)


def test_a_full_evening_offers_the_line():
    event = make_event(capacity=1)
    make_registration(event)

    page = page_of(event)

    assert "Full: all 1 seats are taken" in page
    assert "Put me in line" in page
    assert "Keep me a seat" not in page


def test_both_ways_to_take_part_have_their_own_line():
    event = make_event(mode="both", capacity=60, online_url="https://meet.example.org/secret")

    page = page_of(event)

    assert "On site: 60 of 60 seats left" in page
    assert "Online: there is room for everybody" in page
    assert "meet.example.org" not in page


def test_a_venue_that_is_not_settled_is_said_so():
    page = page_of(make_event())

    assert "The place follows" in page
    assert "How to get there" not in page


def test_a_cancelled_evening_says_so_first_and_gives_no_seats():
    event = make_event(title="Called off")
    event.cancel("The speaker is ill.")

    page = page_of(event)

    assert page.index("This evening is cancelled") < page.index("Called off</h1>")
    assert "The speaker is ill." in page
    assert "/register/" not in page
    assert schema_of(event)["eventStatus"] == "https://schema.org/EventCancelled"


def test_a_moved_evening_shows_both_times():
    event = make_event(starts="2027-12-09T19:00")
    event.move(at=time(20, 30))

    page = page_of(event)

    assert "<strong>Thursday 9 December 2027, 20:30 (Minsk)</strong>" in page
    assert "Thursday 9 December 2027, 19:00 (Minsk)</s>" in page
    assert schema_of(event)["eventStatus"] == "https://schema.org/EventRescheduled"
    assert schema_of(event)["previousStartDate"] == "2027-12-09T19:00:00+03:00"


def test_an_evening_that_is_over_becomes_a_recap():
    event = make_event(starts_in=timedelta(days=-3), recap="We stayed **long**.", came=34)
    make_talk(
        event, "Dictionaries", speakers=["Ada Lovelace"], summary="Two arrays.",
        video_url="https://video.example.org/1", slides_url="https://slides.example.org/1",
    )  # fmt: skip

    page = page_of(event)

    for remains in ("We stayed <strong>long</strong>.", "34 people", "Two arrays.", "Ada Lovelace"):
        assert remains in page
    assert 'href="https://video.example.org/1"' in page
    assert 'href="https://slides.example.org/1"' in page
    assert "/register/" not in page


def test_an_evening_without_a_recap_says_that_one_may_follow():
    assert "This evening is over" in page_of(make_event(starts_in=timedelta(days=-3)))


def test_a_time_that_nobody_noted_is_not_made_up():
    event = make_event(starts="2013-06-14T19:00", time_known=False)

    page = page_of(event)

    assert "Friday 14 June 2013" in page
    assert "19:00" not in page
    assert schema_of(event)["startDate"] == "2013-06-14"


def test_a_talk_that_may_not_be_shown_leaves_no_trace():
    event = make_event(starts_in=timedelta(days=-3))
    make_talk(event, "For friends", speakers=["Shy Speaker"], visibility="nowhere")

    page = page_of(event)

    assert "For friends" not in page
    assert "Shy Speaker" not in page


def test_machines_read_the_evening_and_no_title_leaves_the_script():
    venue = make_venue(name="Space", address="Main Street 1")
    event = make_event(
        starts="2027-12-09T19:00", title="</script><script>alert('&')", venue=venue, capacity=10
    )

    schema = schema_of(event)

    assert schema["name"] == "</script><script>alert('&')"
    assert schema["startDate"] == "2027-12-09T19:00:00+03:00"
    assert schema["endDate"] == "2027-12-09T21:00:00+03:00"
    assert schema["eventStatus"] == "https://schema.org/EventScheduled"
    assert schema["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert schema["location"][0]["address"] == "Main Street 1"
    assert schema["offers"]["price"] == 0
    assert schema["offers"]["availability"] == "https://schema.org/InStock"


def test_pictures_of_announced_evenings_are_shown_and_can_do_nothing(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    event = make_event(starts_in=timedelta(days=-3))
    picture = make_picture(event)
    path = f"/pictures/{picture.pk}.jpg"

    assert path in page_of(event)
    answer = Client().get(path)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer["Cache-Control"]
    assert answer.getvalue().startswith(b"\xff\xd8")

    hidden = make_event(event.series, status="draft")
    Picture.objects.filter(pk=picture.pk).update(event=hidden)
    assert Client().get(path).status_code == 404


def test_a_picture_whose_file_is_gone_is_404(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = make_picture(make_event())
    picture.file.storage.delete(picture.file.name)

    assert Client().get(f"/pictures/{picture.pk}.jpg").status_code == 404


@pytest.mark.parametrize(
    ("code", "words"),
    [("ru", "in Russian"), ("be", "in Belarusian"), ("zh", "in Chinese"), ("xx-q", "in xx-q")],
)
def test_the_language_is_said_in_words_even_if_nobody_named_it(code, words):
    event = make_event(language=code)
    talk = make_talk(event)

    assert f">{words}</span>" in page_of(event)
    assert words in Client().get(talk.get_absolute_url()).content.decode()


@pytest.mark.parametrize("talks", [1, 12])
def test_the_page_takes_as_many_queries_for_many_talks_as_for_one(talks, django_assert_num_queries):
    series = make_series()
    ahead, over = make_event(series), make_event(series, starts_in=timedelta(days=-3))
    speakers = [make_speaker(series) for _ in range(3)]
    for number in range(talks):
        make_talk(ahead, f"Talk {number}", speakers=speakers)
        make_talk(over, f"Talk {number}", speakers=speakers)

    with django_assert_num_queries(5):
        Client().get(f"/events/{ahead.slug}/")
    with django_assert_num_queries(6):
        Client().get(f"/events/{over.slug}/")
