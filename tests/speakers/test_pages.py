"""A talk's page."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from tests.builders import make_event, make_proposal, make_series, make_speaker, make_talk

pytestmark = pytest.mark.django_db


def page_of(talk, status=200):
    answer = Client().get(f"/talks/{talk.slug}/")
    assert answer.status_code == status
    return answer.content.decode()


def test_a_talk_shows_what_it_was_about_by_whom_and_what_remains():
    series = make_series(language="ru")
    event = make_event(series, starts="2024-11-14T19:00")
    speaker = make_speaker(series, "Ada Lovelace", bio="Writes *notes*.")
    talk = make_talk(
        event, "Descriptors", speakers=[speaker], abstract="How `__get__` works.",
        summary="Nobody calls it.", video_url="https://video.example.org/1",
        slides_url="https://slides.example.org/1", licence="CC BY 4.0", language="en",
    )  # fmt: skip

    page = page_of(talk)

    for part in ("Descriptors", "Ada Lovelace", "Writes <em>notes</em>.", "Nobody calls it.",
                 "<code>__get__</code>", "https://video.example.org/1", "CC BY 4.0",
                 "Thursday 14 November 2024", "in English"):  # fmt: skip
        assert part in page
    assert 'href="https://slides.example.org/1"' in page
    assert f'href="/events/{event.slug}/"' in page


def test_a_talk_of_which_nothing_is_left_says_so():
    talk = make_talk(make_event(starts_in=timedelta(days=-30)), "Forgotten")

    assert "More is not written down yet" in page_of(talk)


@pytest.mark.parametrize("visibility", ["attendees", "nowhere"])
def test_a_talk_that_may_not_be_shown_is_404(visibility):
    page_of(make_talk(make_event(), visibility=visibility), status=404)


def test_a_talk_of_an_evening_not_yet_announced_is_404():
    page_of(make_talk(make_event(status="draft")), status=404)


def test_names_and_titles_are_text_never_markup():
    talk = make_talk(make_event(), "<script>alert(1)</script>", speakers=["<img src=x>"])

    page = page_of(talk)

    assert "<script>alert(1)" not in page
    assert "<img src=x>" not in page


@pytest.mark.parametrize("speakers", [1, 8])
def test_a_talk_takes_four_queries(speakers, django_assert_num_queries):
    talk = make_talk(make_event(), speakers=[f"Speaker {number}" for number in range(speakers)])

    with django_assert_num_queries(4):
        answer = Client().get(f"/talks/{talk.slug}/")

    assert not answer.cookies
    assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_a_talk_shown_by_link_only_opens_by_it_and_asks_machines_to_pass():
    talk = make_talk(make_event(), visibility="link", video_url="https://video.example.org/2")

    page = page_of(talk)

    assert "https://video.example.org/2" in page
    assert '<meta name="robots" content="noindex">' in page


def photo_of(speaker):
    return Client().get(f"/speakers/{speaker.pk}.jpg")


def test_a_speakers_photo_stands_where_the_initials_would():
    event = make_event()
    ada = make_speaker(event.series, "Ada Lovelace", photo=ContentFile(b"\xff\xd8", "ada.jpg"))
    talk = make_talk(event, "Notes", speakers=[ada])

    assert f'src="/speakers/{ada.pk}.jpg?v=' in page_of(talk)
    answer = photo_of(ada)
    assert b"".join(answer.streaming_content) == b"\xff\xd8"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_photo_of_somebody_on_no_public_page_is_404():
    event = make_event(status="draft")
    ada = make_speaker(event.series, "Ada", photo=ContentFile(b"\xff\xd8", "ada.jpg"))
    make_talk(event, "Notes", speakers=[ada])

    assert photo_of(ada).status_code == 404
    assert photo_of(make_speaker(event.series, "Bea")).status_code == 404


def test_search_engines_are_told_of_public_talks_and_of_no_others(
    client, django_assert_num_queries
):
    event = make_event()
    shown, *_others = (make_talk(event, visibility=v) for v in ("public", "link", "nowhere"))
    make_proposal(state="accepted")

    with django_assert_num_queries(2):
        answer = client.get("/talks/sitemap.xml")

    found = ElementTree.fromstring(answer.content)  # noqa: S314 (our own)
    links = [link.text for link in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert links == [f"http://testserver/talks/{shown.slug}/"]
    assert (
        "Sitemap: http://testserver/talks/sitemap.xml" in client.get("/robots.txt").content.decode()
    )
