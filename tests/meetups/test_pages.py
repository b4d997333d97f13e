"""Home, series and archive as a visitor without an account sees them."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.builders import make_event, make_series, make_talk, make_venue

pytestmark = pytest.mark.django_db

AGO = timedelta(days=-30)


def text_of(path, status=200):
    answer = Client().get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def make_past(series, count):
    for number in range(count):
        event = make_event(series, starts_in=AGO * (number + 1), title=f"Past evening {number}")
        make_talk(event, f"Lecture {number}", speakers=["Ada Lovelace", "Grace Hopper"])


def test_home_shows_the_next_evening_with_its_seats_and_the_button():
    venue = make_venue(name="Space", address="Kastryčnickaja 16")
    event = make_event(title="Types and queues", capacity=80, venue=venue)
    make_talk(event, "Postgres is the queue", speakers=["Ada Lovelace"])

    page = text_of("/")

    assert "Types and queues" in page
    assert "Ada Lovelace" in page
    assert "Space, Kastryčnickaja 16" in page
    assert "80 of 80 seats left" in page
    assert f'href="/events/{event.slug}/register/"' in page
    assert "Keep me a seat" in page


def test_home_carries_the_name_of_the_only_series():
    make_series(name="Minsk Python")

    assert "<title>Minsk Python</title>" in text_of("/")


def test_home_of_several_series_carries_the_organizations_name_and_lists_them(settings):
    settings.ORGANIZATION = "Thursday Evenings"
    make_event(make_series(name="Minsk Python"), title="In Minsk")
    make_event(make_series(name="Chicago Python"), title="In Chicago")

    page = text_of("/")

    assert "<title>Thursday Evenings</title>" in page
    assert "In Minsk" in page
    assert "In Chicago" in page
    assert page.count(">Chicago Python</a>") == 1


def test_home_of_an_empty_house_says_what_to_do():
    assert "No evening is planned yet" in text_of("/")


def test_a_series_without_evenings_offers_its_calendar():
    make_series("minsk-python")

    page = text_of("/series/minsk-python/")

    assert "No evening is planned yet" in page
    assert "webcal://testserver/series/minsk-python.ics" in page


def test_drafts_are_nowhere():
    series = make_series("minsk")
    draft = make_event(series, title="Still hidden", status="draft")
    draft.reindex()

    paths = ["/", ".ics", "/feed/", "/archive/", "/archive/?q=still"]
    for path in ["/", "/sitemap.xml", *(f"/series/minsk{path}" for path in paths)]:
        page = text_of(path)
        assert "Still hidden" not in page
        assert draft.slug not in page
    text_of(f"/events/{draft.slug}/", status=404)
    text_of(f"/events/{draft.slug}.ics", status=404)


def test_the_archive_has_one_entry_an_evening_the_latest_first():
    series = make_series("minsk")
    make_past(series, 3)
    make_event(series, title="Yet to come")

    page = text_of("/series/minsk/archive/")

    assert page.count('class="row-title"') == 3
    assert (
        page.index("Past evening 0") < page.index("Past evening 1") < page.index("Past evening 2")
    )
    assert "Yet to come" not in page


def test_the_archive_is_cut_into_pages_that_link_to_each_other():
    series = make_series("minsk")
    make_past(series, 45)

    first = text_of("/series/minsk/archive/")
    last = text_of("/series/minsk/archive/?page=3")

    assert "Page 1 of 3" in first
    assert "?page=2" in first
    assert last.count('class="row-title"') == 5
    assert 'rel="next"' not in last


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "2", "²", "9" * 40, "1' OR 1=1", "%F0%9F"])
def test_a_page_that_does_not_exist_is_404_with_a_sentence(page):
    make_series("minsk")

    assert "There is no such page" in text_of(f"/series/minsk/archive/?page={page}", status=404)


@pytest.mark.parametrize("query", ["asyncio", "ASYNC", "lovelace", "montreal", "descripteurs"])
def test_the_archive_finds_titles_talks_and_speakers(query):
    series = make_series("minsk")
    make_past(series, 2)
    event = make_event(series, starts_in=AGO, title="Soirée à Montréal")
    make_talk(event, "Asyncio et les descripteurs", speakers=["Zoé Lovelace"])

    assert "Soirée à Montréal" in text_of(f"/series/minsk/archive/?q={query}")


def test_a_search_keeps_to_its_series():
    make_event(make_series("chicago"), starts_in=AGO, title="Asyncio elsewhere").reindex()
    make_series("minsk")

    assert "Nothing found for “asyncio”" in text_of("/series/minsk/archive/?q=asyncio")


@pytest.mark.parametrize(
    "query", ["'", "!!!", "a & | b", "<script>", "x" * 5000, "\\", "%25", "编程", ":*"]
)
def test_no_search_breaks_the_archive(query):
    make_past(make_series("minsk"), 1)

    answer = Client().get("/series/minsk/archive/", {"q": query})

    assert answer.status_code == 200
    assert b"<script>" not in answer.content.replace(b'<script type="', b"")


def test_a_name_that_is_markup_is_shown_as_text():
    series = make_series("minsk", name="<b>Minsk</b>")
    event = make_event(series, title="<script>alert(1)</script>", tagline="</script><img src=x>")
    make_talk(event, "<i>Talk</i>", speakers=["<u>Ada</u>"])

    for path in ("/", "/series/minsk/", f"/events/{event.slug}/"):
        page = text_of(path)
        assert "alert(1)</script>" not in page
        assert "<img src=x>" not in page
        assert "<u>Ada</u>" not in page


def test_a_title_says_in_which_language_it_is():
    make_event(make_series(language="ru"), title="Очереди")
    assert 'lang="ru"><a href=' in text_of("/")


def test_public_pages_leave_no_cookie_and_may_be_kept():
    series = make_series("minsk")
    event = make_event(series)

    for path in ("/", "/series/minsk/", "/series/minsk/archive/", f"/events/{event.slug}/"):
        answer = Client().get(path)
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")
        assert answer["Cache-Control"] == "public, max-age=0, must-revalidate"


def test_an_unchanged_page_is_304_and_a_changed_one_is_sent_again():
    event = make_event(title="Before")
    path = f"/events/{event.slug}/"
    etag = Client().get(path)["ETag"]

    assert Client().get(path, headers={"if-none-match": etag}).status_code == 304

    event.title = "After"
    event.save()
    again = Client().get(path, headers={"if-none-match": etag})
    assert again.status_code == 200
    assert b"After" in again.content


def test_a_page_with_a_message_for_one_person_is_kept_by_nobody():
    event = make_event()
    client = Client()
    client.cookies["messages"] = "anything"

    answer = client.get(f"/events/{event.slug}/")

    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("path", ["/", "/series/minsk/", "/series/minsk/archive/"])
def test_public_pages_only_read(path):
    make_series("minsk")

    assert Client().post(path).status_code == 405


@pytest.mark.parametrize("evenings", [1, 40])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/", 6),
        ("/series/minsk/", 6),
        ("/series/minsk/archive/", 6),
        ("/series/minsk/archive/?q=lecture", 4),
        ("/series/minsk/feed/", 4),
        ("/series/minsk.ics", 2),
    ],
)
def test_pages_take_as_many_queries_for_many_evenings_as_for_one(
    path, queries, evenings, django_assert_num_queries
):
    series = make_series("minsk")
    make_past(series, evenings)
    for number in range(evenings):
        make_talk(make_event(series, starts_in=timedelta(days=number + 1)), speakers=["Ada"])

    with django_assert_num_queries(queries):
        assert Client().get(path).status_code == 200


def test_three_hundred_evenings_are_listed_in_six_queries(django_assert_num_queries):
    series = make_series("minsk")
    make_past(series, 300)

    with django_assert_num_queries(6):
        page = text_of("/series/minsk/archive/?page=15")

    assert "Page 15 of 15" in page


def test_an_evening_that_runs_is_still_on_the_home_page():
    make_event(starts_in=timedelta(minutes=-30), title="It runs", capacity=5)

    page = text_of("/")

    assert "It runs" in page
    assert "It has begun" in page
    assert "Keep me a seat" not in page
