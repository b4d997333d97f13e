"""Posters: pictures that other sites show beside a link, true to the evening at any moment."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from meetups.posters import HEIGHT, WIDTH, Poster, rgb, writable
from tests.builders import make_event, make_proposal, make_series, make_speaker, make_talk

pytestmark = pytest.mark.django_db


def picture(path):
    answer = Client().get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    return Image.open(BytesIO(answer.content))


def test_an_evening_has_a_poster_of_the_size_that_sites_show():
    event = make_event(slug="evening")
    make_talk(event, speakers=["Ada"])

    assert picture("/events/evening.png").size == (1200, 630)
    page = Client().get("/events/evening/").content.decode()
    assert '<meta property="og:image" content="http://testserver/events/evening.png">' in page


def test_nobody_sees_the_poster_of_a_draft():
    make_event(slug="evening", status="draft")

    assert Client().get("/events/evening.png").status_code == 404


def test_the_poster_follows_its_evening():
    event = make_event(slug="evening")
    before, again = (Client().get("/events/evening.png") for _ in range(2))
    make_talk(event, speakers=["Ada"])
    after = Client().get("/events/evening.png")

    assert before.content == again.content != after.content
    assert again["Content-Type"] == "image/png"
    assert again["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_talk_has_a_card_with_its_speakers_face():
    series = make_series()
    speaker = make_speaker(series, "Ada")
    talk = make_talk(make_event(series), speakers=[speaker])
    plain = picture(f"/talks/{talk.slug}.png").convert("RGB")
    red = BytesIO()
    Image.new("RGB", (400, 400), (255, 0, 0)).save(red, "JPEG")
    speaker.photo.save("ada.jpg", ContentFile(red.getvalue()))

    faced = picture(f"/talks/{talk.slug}.png").convert("RGB")

    corner = (WIDTH - 64 - 66, HEIGHT - 64 - 66)
    assert plain.getpixel(corner) == rgb(0.985, 0.008, 95)
    assert faced.getpixel(corner)[0] > 240 > 20 > faced.getpixel(corner)[1]


def test_a_talk_without_a_yes_has_no_card():
    proposal = make_proposal(state="accepted")

    assert Client().get(f"/talks/{proposal.talk.slug}.png").status_code == 404


# oklch() of CSS Color 4 as the browsers give it (rounded); paper and ink of base.css by day.
@pytest.mark.parametrize(
    ("colour", "shown"),
    [((1, 0, 0), (255, 255, 255)), ((0, 0, 0), (0, 0, 0)), ((0.628, 0.2577, 29.23), (255, 0, 0))],
)
def test_colours_are_those_of_the_pages(colour, shown):
    assert all(abs(one - other) <= 1 for one, other in zip(rgb(*colour), shown, strict=True))


def test_what_the_font_cannot_write_is_left_out():
    assert writable("Юлия Темушева\n<b>") == "Юлия Темушева <b>"
    assert writable("第三个星期四的聚会") == ""
    assert writable("Wagtail 🐦: another CMS") == "Wagtail : another CMS"


@pytest.mark.parametrize("title", ["", "第三个星期四", "w" * 3000, "слово " * 90, "a\x00b\x1b[0m"])
def test_any_title_makes_a_poster(title):
    png = Poster(date(2026, 12, 10), "Minsk Python", title, ("x" * 500,) * 9, 35).png()

    assert Image.open(BytesIO(png)).size == (WIDTH, HEIGHT)
