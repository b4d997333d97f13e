"""What is over stays to be found: recaps, the archive, its search and its pages."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.doing import follow, press
from tests.builders import make_event, make_series, make_talk

pytestmark = pytest.mark.browser


@pytest.fixture
def series(transactional_db):
    series = make_series("minsk", name="Minsk Python")
    for number in range(45):
        make_event(series, timedelta(days=-30 - number), title=f"Evening {number}")
    cyrillic = make_event(series, timedelta(days=-400), title="Вечер о базах данных")
    make_talk(cyrillic, "Медленные запросы и быстрые индексы", ["Ирина Ковалёва"])
    french = make_event(series, timedelta(days=-500), title="Soirée d'été à Montréal")
    make_talk(
        french, "Les requêtes élégantes", ["Édith Gagné"], summary="Une *belle* soirée.",
        video_url="https://video.example.org/1", slides_url="https://slides.example.org/1",
    )  # fmt: skip
    return series


def search(page, words):
    """The titles of the evenings that the search finds."""
    page.goto("/series/minsk/archive/")
    page.get_by_role("searchbox").fill(words)
    press(page, "Search")
    return [link.inner_text() for link in page.locator("main li h3 a, main li h2 a").all()]


RUSSIAN = ["запрос", "МЕДЛЕННЫЕ", "базами данных", "ковалева", "индексы ирина"]
FRENCH = ["montreal", "été", "REQUETE", "gagné", "soirée élégante"]


def test_an_evening_is_found_in_russian_and_in_french(guest, series):
    found = {words: search(guest, words) for words in RUSSIAN + FRENCH}
    assert found == {
        **dict.fromkeys(RUSSIAN, ["Вечер о базах данных"]),
        **dict.fromkeys(FRENCH, ["Soirée d'été à Montréal"]),
    }


def test_what_is_not_there_is_said(guest, series):
    assert search(guest, "zebra") == []
    assert "zebra" in guest.get_by_role("main").inner_text()


def test_the_archive_is_leafed_through_to_its_end_and_back(guest, series):
    guest.goto("/series/minsk/archive/")
    expect(guest.get_by_role("link", name="Evening 0", exact=True)).to_be_visible()
    follow(guest, "Older")
    follow(guest, "Older")
    expect(guest.get_by_role("link", name="Soirée d'été à Montréal")).to_be_visible()
    assert guest.get_by_role("link", name="Older").count() == 0
    follow(guest, "Newer")
    follow(guest, "Newer")
    expect(guest.get_by_role("link", name="Evening 0", exact=True)).to_be_visible()


def test_what_remains_of_an_evening_is_one_click_away(guest, series):
    search(guest, "montreal")
    follow(guest, "Soirée d'été à Montréal")
    expect(guest.get_by_text("Édith Gagné").first).to_be_visible()
    assert guest.get_by_role("link", name="Keep me a seat").count() == 0
    follow(guest, "Les requêtes élégantes")
    links = {
        link.get_attribute("href") for link in guest.get_by_role("main").get_by_role("link").all()
    }
    assert {"https://video.example.org/1", "https://slides.example.org/1"} <= links
