"""What search engines read of a talk that was recorded."""

import json
import re

import pytest
from django.test import Client

from tests.builders import make_event, make_series, make_talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    return make_event(make_series("minsk"), slug="mp-61", title="Evening 61")


def data_on(path):
    """What search engines read in the page: each script element of JSON-LD."""
    page = Client().get(path).content.decode()
    return [json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)]  # fmt: skip  # noqa: E501


def test_a_video_is_there_for_search_engines(event):
    past = make_event(event.series, starts="2026-03-26T19:00", language="ru")
    talk = make_talk(
        past, "Очередь", abstract="Что *забыто*.", summary="Ничего.", language="ru",
        video_url="https://www.youtube.com/watch?v=aBc-123_xyz",
        licence="https://creativecommons.org/licenses/by/4.0/",
    )  # fmt: skip

    (data,) = data_on(f"/talks/{talk.slug}/")

    assert data == {
        "@context": "https://schema.org",
        "@type": "VideoObject",
        "name": "Очередь",
        "description": "Ничего.",
        "url": f"http://testserver/talks/{talk.slug}/",
        "uploadDate": "2026-03-26T21:00:00+03:00",
        "inLanguage": "ru",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "embedUrl": "https://www.youtube-nocookie.com/embed/aBc-123_xyz",
        "thumbnailUrl": "https://i.ytimg.com/vi/aBc-123_xyz/hqdefault.jpg",
        "isPartOf": {
            "@type": "Event",
            "name": past.title,
            "startDate": "2026-03-26T19:00:00+03:00",
            "url": past.public_url,
        },
    }


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://youtu.be/aBc-123_xyz", {"embedUrl", "thumbnailUrl"}),
        ("https://vimeo.com/123456", {"embedUrl"}),
        ("https://video.example.org/file.mp4", {"contentUrl"}),
        ("https://video.example.org/watch/1", set()),
        ("https://youtu.be.example.org/aBc-123_xyz", set()),
    ],
)
def test_only_what_is_known_of_a_video_is_said(event, url, found):
    talk = make_talk(make_event(event.series, starts="2026-03-26T19:00"), video_url=url)

    (data,) = data_on(f"/talks/{talk.slug}/")

    assert data.keys() & {"embedUrl", "contentUrl", "thumbnailUrl"} == found


def test_a_title_can_neither_end_nor_start_a_script(event):
    title = "</script><script>alert(1)</script>"
    talk = make_talk(
        make_event(event.series, starts="2026-03-26T19:00"), title, video_url="https://a.example/v"
    )

    (data,) = data_on(f"/talks/{talk.slug}/")

    assert data["name"] == title


def test_a_talk_without_a_video_says_nothing_to_machines(event):
    talk = make_talk(make_event(event.series, starts="2026-03-26T19:00"))

    assert data_on(f"/talks/{talk.slug}/") == []


def test_a_recap_names_its_recordings_that_may_be_shown(event):
    past = make_event(event.series, starts="2026-03-26T19:00", slug="mp-53")
    shown = make_talk(past, "Shown", video_url="https://video.example.org/1")
    make_talk(past, "Hidden", video_url="https://video.example.org/2", visibility="link")
    make_talk(past, "No video")

    (data,) = data_on("/events/mp-53/")

    assert data["recordedIn"] == [
        {
            "@type": "VideoObject",
            "name": "Shown",
            "url": f"http://testserver/talks/{shown.slug}/",
        }
    ]
