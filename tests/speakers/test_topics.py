"""Topics for everybody to read, and the organizers' side: interviews, scope, matrix (need 92)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from speakers.matrix import matrix
from speakers.models import Lead, Topic, Voice
from tests.admin.pages import change_url, errors_of, save
from tests.builders import (
    make_call,
    make_event,
    make_organizer,
    make_registration,
    make_series,
    make_topic,
    make_voices,
)

pytestmark = pytest.mark.django_db

MATRIX, INTERVIEW = "/admin/speakers/topic/matrix/", "/admin/speakers/topic/interview/"


@pytest.fixture
def series():
    return make_series("minsk", name="Minsk Python")


@pytest.fixture
def boss(series):
    """A browser of somebody who runs the series."""
    browser = Client()
    browser.force_login(make_organizer(series))
    return browser


def text_of(browser, url, status=200):
    answer = browser.get(url)
    assert answer.status_code == status, url
    return " ".join(answer.content.decode().split())


def verb(topic, name):
    return f"/admin/speakers/topic/{topic.pk}/{name}/"


# The public page


def test_shown_topics_stand_with_their_voices_the_most_wanted_first(series):
    make_voices(make_topic(series, "Second"), count=1)
    make_voices(make_topic(series, "First"), count=3)
    make_topic(series, "Third")

    page = text_of(Client(), "/series/minsk/topics/")

    assert page.index("First") < page.index("Second") < page.index("Third")
    assert '<span class="topic-number">3</span> <span class="topic-word">voices</span>' in page
    assert '<span class="topic-number">1</span> <span class="topic-word">voice</span>' in page


def test_what_waits_for_an_eye_or_is_put_aside_is_not_there(series):
    make_topic(series, "Still a wish", shown_at=None)
    make_topic(series, "Not now", state="closed")
    make_topic(make_series(), "Another series")

    page = text_of(Client(), "/series/minsk/topics/")

    for hidden in ("Still a wish", "Not now", "Another series"):
        assert hidden not in page
    assert "No topics yet" in page


def test_the_page_says_how_to_vote_and_leads_to_the_open_call(series):
    topic = make_topic(series)

    assert "Could you speak" not in text_of(Client(), "/series/minsk/topics/")
    make_call(series)
    page = text_of(Client(), "/series/minsk/topics/")

    assert "open the page of your seat by the link in our mail" in page
    assert 'href="/series/minsk/talks/"' in page
    assert f'href="/series/minsk/talks/new/?topic={topic.pk}"' in page


def test_the_page_has_no_cookie_and_is_not_sent_twice(series):
    make_topic(series)
    first = Client().get("/series/minsk/topics/")

    again = Client().get("/series/minsk/topics/", headers={"if-none-match": first["ETag"]})

    assert not first.cookies
    assert again.status_code == 304


def test_markup_in_a_topic_is_text(series):
    make_topic(series, "<b>bold</b>", text="<script>alert(1)</script>\n\nhttps://example.org")

    page = text_of(Client(), "/series/minsk/topics/")

    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<script>alert" not in page
    assert 'href="https://example.org' not in page


@pytest.mark.parametrize("page", ["0", "2", "x", "-1", "99999999999999999999", "1.0", "²", ""])
def test_a_page_that_is_none_is_not_there(series, page):
    assert Client().get("/series/minsk/topics/", {"page": page}).status_code == 404


def test_many_topics_stand_on_several_pages(series):
    for number in range(31):
        make_topic(series, f"Topic number {number}")

    assert "Topic number 30" not in text_of(Client(), "/series/minsk/topics/")
    assert "Topic number 30" in text_of(Client(), "/series/minsk/topics/?page=2")


@pytest.mark.parametrize("many", [1, 25])
def test_the_page_takes_four_queries(series, many, django_assert_num_queries):
    for _n in range(many):
        make_voices(make_topic(series), count=2)

    with django_assert_num_queries(4):
        text_of(Client(), "/series/minsk/topics/")


def test_a_series_that_is_none_has_no_topics():
    assert Client().get("/series/nowhere/topics/").status_code == 404


# Verbs


def test_a_wish_is_shown_and_put_aside(boss, series):
    wish = make_topic(series, "A wish", shown_at=None)

    assert boss.post(verb(wish, "show")).status_code == 302
    assert "A wish" in text_of(Client(), "/series/minsk/topics/")
    assert boss.post(verb(wish, "not-now")).status_code == 302
    assert "A wish" not in text_of(Client(), "/series/minsk/topics/")


def test_several_wishes_are_shown_at_once_and_only_ours(boss, series):
    ours = [make_topic(series, shown_at=None) for _n in range(2)]
    theirs = make_topic(make_series(), shown_at=None)
    data = {"action": "show_all", "_selected_action": [t.pk for t in [*ours, theirs]]}

    boss.post("/admin/speakers/topic/", data)

    assert Topic.objects.shown().count() == 2
    theirs.refresh_from_db()
    assert theirs.shown_at is None


def test_a_topic_becomes_a_line_of_the_calls_scope_once(boss, series):
    call = make_call(series, scope="We look for:\n\n- Databases")
    topic = make_topic(series, "Queues in Postgres")

    assert boss.post(verb(topic, "scope"), {"call": call.pk}).status_code == 302
    topic.become_scope(call)

    call.refresh_from_db()
    topic.refresh_from_db()
    assert call.scope == "We look for:\n\n- Databases\n- Queues in Postgres"
    assert "<li>Queues in Postgres</li>" in call.scope_html
    assert topic.state == "taken"
    assert "We look for a speaker." in text_of(Client(), "/series/minsk/topics/")


@pytest.mark.parametrize(
    "title",
    [
        "<b>bold</b> &amp; [link](https://evil.example)", "**strong** `code` _em_",
        "see https://evil.example/x or www.evil.example", "mail me@evil.example", "Django 5.2",
        "# no heading", "1. no list", "- nor this", "> nobody said so", "<https://evil.example>",
    ],
)  # fmt: skip
def test_a_guests_words_in_the_scope_stay_words(series, title):
    call = make_call(series, scope="")
    make_topic(series, title).become_scope(call)

    call.refresh_from_db()
    assert "href" not in call.scope_html
    assert call.scope_html.startswith("<ul>\n<li>")
    for tag in ("<b>", "<strong>", "<em>", "<code>", "<h", "<ol>", "<blockquote>"):
        assert tag not in call.scope_html


def test_a_call_without_room_says_so(boss, series):
    call, topic = make_call(series, scope="x" * 9_999), make_topic(series)

    answer = boss.post(verb(topic, "scope"), {"call": call.pk})

    assert "no room for one more line" in errors_of(answer)[0]
    topic.refresh_from_db()
    assert topic.state == "open"


def test_a_call_of_another_series_is_no_choice(boss, series):
    foreign = make_call(make_series(), title="zebrafish", scope="")
    topic = make_topic(series)

    assert "zebrafish" not in text_of(boss, verb(topic, "scope"))
    assert boss.post(verb(topic, "scope"), {"call": foreign.pk}).status_code == 200

    foreign.refresh_from_db()
    assert foreign.scope == ""


def test_somebody_is_put_on_the_list_for_a_topic(boss, series):
    topic = make_topic(series, "Queues")

    answer = boss.post(verb(topic, "ask"), {"who": "Grace", "email": "Grace@Example.org"})

    lead = Lead.objects.get()
    assert answer["Location"] == change_url(lead)
    assert (lead.series, lead.topic, lead.about) == (series, topic, "Queues")
    assert (lead.name, lead.email, lead.state) == ("Grace", "Grace@example.org", "lead")


def test_who_is_on_the_list_already_is_not_put_there_twice(boss, series):
    topic = make_topic(series)
    boss.post(verb(topic, "ask"), {"who": "Grace", "email": "grace@example.org"})

    again = boss.post(verb(topic, "ask"), {"who": "Grace", "email": "GRACE@example.org"})

    assert errors_of(again) == ["This person is on the list already."]
    assert Lead.objects.count() == 1


# Interviews and the matrix


def test_an_interview_gives_a_voice_for_each_need_and_a_new_topic_waits(boss, series):
    known = make_topic(series, "Async")

    answer = boss.post(
        INTERVIEW,
        {
            "audience": "beginners", "topics": [known.pk], "more": "Fear of Git\nasync\n\n",
            "note": "“Nobody explains”",
        },
    )  # fmt: skip

    assert answer.status_code == 302
    voices = Voice.objects.order_by("topic__title")
    assert [(v.topic.title, v.audience, v.source, v.note) for v in voices] == [
        ("Async", "beginners", "interview", "“Nobody explains”"),
        ("Fear of Git", "beginners", "interview", "“Nobody explains”"),
    ]
    assert Topic.objects.get(title="Fear of Git").shown_at is None


def test_several_people_of_one_audience_are_several_voices(boss, series):
    topic = make_topic(series)

    for _n in range(3):
        boss.post(INTERVIEW, {"audience": "data", "topics": [topic.pk]})

    assert topic.voices.filter(audience="data").count() == 3


def test_a_page_that_is_sent_twice_is_one_person(boss, series):
    topic = make_topic(series)
    filled = {"audience": "data", "topics": [topic.pk], "more": "Fear of Git"}
    pages = [boss.get(INTERVIEW).context["form"]["page"].value() for _n in range(2)]

    for page in [pages[0], pages[0], pages[1]]:
        assert boss.post(INTERVIEW, filled | {"page": page}).status_code == 302

    assert sorted(Voice.objects.values_list("topic__title", flat=True)) == sorted(
        [topic.title, "Fear of Git"] * 2
    )


@pytest.mark.parametrize(
    "data",
    [
        {"audience": "data"}, {"more": "x"}, {"audience": "x" * 61, "more": "x"},
        {"audience": "data", "more": "\n".join(map(str, range(11)))},
        {"audience": "data", "more": "x" * 201}, {"audience": "data", "topics": ["x"]},
    ],
)  # fmt: skip
def test_an_interview_that_says_nothing_or_too_much_is_asked_for_again(boss, series, data):
    answer = boss.post(INTERVIEW, data)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not Voice.objects.exists()


def test_the_matrix_counts_needs_against_audiences(series):
    types, queues = make_topic(series, "Types"), make_topic(series, "Queues")
    make_voices(types, 4, "beginners")
    make_voices(types, 1, "Data")
    make_voices(queues, 3, "data")
    make_voices(queues, 1, source="vote")

    found = matrix([series.pk])

    assert found.audiences == ["beginners", "data", "not said"]
    assert [(row.topic.title, row.total) for row in found.rows] == [("Types", 5), ("Queues", 4)]
    numbers = [[cell.number for cell in row.cells] for row in found.rows]
    assert numbers == [[4, 1, 0], [0, 3, 1]]
    assert [[cell.word for cell in row.cells] for row in found.rows] == [
        ["most", "few", ""], ["", "many", "few"],
    ]  # fmt: skip
    assert (found.totals, found.total) == ([4, 4, 1], 9)


def test_rare_audiences_stand_together(series):
    topic = make_topic(series)
    for number in range(12):
        make_voices(topic, 20 - number, f"audience {number:02}")

    found = matrix([series.pk])

    assert found.audiences[-1] == "others"
    assert len(found.audiences) == 11
    assert found.totals[-1] == (20 - 10) + (20 - 11)


def test_the_matrix_is_of_one_source_where_one_is_asked_for(boss, series):
    topic = make_topic(series, "Types")
    make_voices(topic, 2, "beginners")
    make_voices(topic, 5, "beginners", source="vote")

    assert boss.get(MATRIX).context["matrix"].total == 7
    assert boss.get(MATRIX, {"source": "vote"}).context["matrix"].total == 5
    assert boss.get(MATRIX, {"source": "nonsense"}).context["matrix"].total == 7
    assert "No such voices yet." in text_of(boss, f"{MATRIX}?source=feedback")


def test_the_matrix_is_sorted_by_total_both_ways(boss, series):
    make_voices(make_topic(series, "Much"), 2)
    make_voices(make_topic(series, "Little"), 1)

    falling = boss.get(MATRIX).context["matrix"].rows
    rising = boss.get(MATRIX, {"sort": "total"}).context["matrix"].rows

    assert [row.topic.title for row in falling] == ["Much", "Little"]
    assert [row.topic.title for row in rising] == ["Little", "Much"]


def test_an_empty_matrix_says_how_it_is_filled(boss):
    page = text_of(boss, MATRIX)

    assert "Ask people what hurts" in page
    assert f'href="{INTERVIEW}"' in page


def queries_of(browser, url):
    with CaptureQueriesContext(connection) as seen:
        text_of(browser, url)
    return len(seen)


@pytest.mark.parametrize("url", [MATRIX, INTERVIEW, "/admin/speakers/topic/"])
def test_pages_of_topics_take_as_many_queries_for_many_as_for_one(boss, series, url):
    make_voices(make_topic(series), audience="one")
    few = queries_of(boss, url)
    for number in range(12):
        make_voices(make_topic(series), 2, f"audience {number}")

    assert queries_of(boss, url) == few


# Rights


def test_topics_of_another_series_are_nowhere(boss, series):
    theirs = make_series()
    foreign = make_topic(theirs, "zebrafish", text="zebrafish")
    make_voices(foreign, 3, "zebrafish")

    for url in [MATRIX, INTERVIEW, "/admin/speakers/topic/", "/admin/speakers/topic/?q=zebra"]:
        assert "zebrafish" not in text_of(boss, url).replace('value="zebra"', ""), url
    for url in [f"{MATRIX}?series={theirs.pk}", f"{INTERVIEW}?series={theirs.pk}"]:
        assert boss.get(url).status_code == 404
    for name in ["change", "show", "scope", "ask", "not-now", "history", "delete"]:
        assert boss.get(verb(foreign, name)).status_code == 404, name
        assert boss.post(verb(foreign, name)).status_code == 404, name
    boss.post(INTERVIEW, {"audience": "x", "topics": [foreign.pk]})
    assert foreign.voices.count() == 3


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_reviewers_and_helpers_see_nothing_of_topics(series, role):
    browser = Client()
    browser.force_login(make_organizer(series, role))
    topic = make_topic(series)

    for url in [MATRIX, INTERVIEW, change_url(topic), verb(topic, "show")]:
        assert browser.get(url).status_code in {403, 404}, url
        assert browser.post(url).status_code in {403, 404}, url


def test_an_organizer_writes_a_topic_and_reads_what_was_said(boss, series):
    answer = save(boss, "/admin/speakers/topic/add/", title="Types", text="All of them")
    assert answer.status_code == 302
    topic = Topic.objects.get()
    Voice.objects.create(topic=topic, audience="data", note="“It hurts”")
    seat = make_registration(make_event(series))
    Voice.objects.create(topic=topic, contact=seat.contact, source="vote")

    page = text_of(boss, change_url(topic))

    assert "“It hurts”" in page
    assert seat.contact.email not in page
    assert "vote: 1" in page
