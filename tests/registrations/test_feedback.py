"""Need 112: what a guest says by her link, and who reads which part of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from registrations.feedback.reading import room_said, said_of
from registrations.models import Feedback
from speakers.models import Remark
from tests.builders import (
    make_event,
    make_organizer,
    make_registration,
    make_series,
    make_talk,
    make_topic,
    make_venue,
)

pytestmark = pytest.mark.django_db

YESTERDAY = timedelta(days=-1)


@pytest.fixture
def seat():
    return make_registration(make_event(starts_in=YESTERDAY, venue=make_venue()))


def url_of(seat):
    return reverse("speakers:voice", args=[seat.event.slug, seat.token])


def page_of(seat):
    answer = Client().get(url_of(seat))
    assert answer.status_code == 200
    return answer.content.decode()


def say(seat, **fields):
    return Client().post(url_of(seat), {f"how-{name}": value for name, value in fields.items()})


def given(event, evening=None, room=None, words="", room_words="", **fields):
    registration = make_registration(event, **fields)
    return Feedback.objects.create(
        registration=registration, evening=evening, room=room, words=words, room_words=room_words
    )


# The one page


def test_one_page_without_account_asks_for_the_evening_the_talks_the_room_and_topics(seat):
    make_talk(seat.event, "Queues", speakers=["Ada"])
    make_topic(seat.event.series, "Storage")
    page = page_of(seat)
    places = [page.index(word) for word in [
        "The evening as a whole", "Was the room comfortable?", "Queues", "Storage",
    ]]  # fmt: skip
    assert places == sorted(places)


def test_all_that_she_says_is_kept_at_once(seat):
    talk = make_talk(seat.event, "Queues", speakers=["Ada"])
    answer = Client().post(
        url_of(seat),
        {
            "how-evening": "5", "how-words": "Warm", "how-room": "2", "how-room_words": "No air",
            f"talk-{talk.pk}-liked": "The demo", "wish": "Storage",
        },
    )  # fmt: skip
    assert answer.status_code == 302
    said = Feedback.objects.get()
    assert (said.registration, said.evening, said.room) == (seat, 5, 2)
    assert (said.words, said.room_words) == ("Warm", "No air")
    assert Remark.objects.get().liked == "The demo"
    assert seat.event.series.topics.get().title == "Storage"


@pytest.mark.parametrize(
    "amiss", [{"how-evening": "6"}, {"how-room": "0"}, {"how-words": "x" * 2001},
              {"how-words": "a\x00b"}, {"wish": "x" * 201}],
)  # fmt: skip
def test_where_something_is_amiss_nothing_is_kept_and_the_page_says_why(seat, amiss):
    right = {"how-evening": "4", "how-words": "Warm"}
    answer = Client().post(url_of(seat), right | amiss)
    assert answer.status_code == 200
    assert "Please look at this once more" in answer.content.decode()
    assert not Feedback.objects.exists()
    assert not seat.event.series.topics.exists()


def test_she_may_change_her_mind_and_take_it_all_back(seat):
    say(seat, evening="2", words="Loud")
    say(seat, evening="4")
    said = Feedback.objects.get()
    assert (said.evening, said.words) == (4, "")
    assert 'value="4" class="marks" id="id_how-evening_1" checked' in page_of(seat)
    say(seat)
    assert not Feedback.objects.exists()


def test_the_same_page_sent_twice_says_it_once(seat):
    say(seat, evening="5")
    say(seat, evening="5")
    assert Feedback.objects.count() == 1


def test_who_took_part_online_is_not_asked_for_the_room():
    event = make_event(starts_in=YESTERDAY, mode="online", online_url="https://example.org/")
    online = make_registration(event)
    assert "Was the room comfortable?" not in page_of(online)
    say(online, evening="3", room="1")
    assert Feedback.objects.get().room is None


@pytest.mark.parametrize(
    ("state", "came", "starts_in"),
    [
        ("going", None, timedelta(days=3)),
        ("going", False, YESTERDAY),
        ("waiting", None, YESTERDAY),
    ],
)
def test_before_the_end_and_whoever_was_not_there_says_nothing_of_it(state, came, starts_in):
    absent = make_registration(make_event(starts_in=starts_in), state, came=came)
    assert "The evening as a whole" not in page_of(absent)
    say(absent, evening="1")
    assert not Feedback.objects.exists()


# Who reads it


def evening_url(event):
    return f"/admin/meetups/event/{event.pk}/feedback/"


def browser_of(series, role="owner"):
    browser = Client()
    browser.force_login(make_organizer(series, role))
    return browser


def test_organizers_read_counts_a_mean_and_words_but_no_name(seat):
    event = seat.event
    for mark in [5, 4, 4]:
        given(event, evening=mark, words=f"Words of {mark}", room=3)
    answer = browser_of(event.series).get(evening_url(event))
    page = answer.content.decode()
    assert answer.context["said"].evening.rows == [(5, 1), (4, 2), (3, 0), (2, 0), (1, 0)]
    assert "<strong>4.3</strong> of 5" in page
    assert "Words of 5" in page
    for registration in event.registrations.all():
        assert registration.contact.name not in page
        assert registration.contact.email not in page


def test_of_two_marks_no_mean_is_made(seat):
    given(seat.event, evening=5)
    given(seat.event, evening=4)
    assert said_of(seat.event).evening.mean is None
    page = browser_of(seat.event.series).get(evening_url(seat.event)).content.decode()
    assert "2 marks: too few for a mean." in page


def test_a_word_to_a_speaker_is_not_among_what_organizers_read(seat):
    talk = make_talk(seat.event, "Queues", speakers=["Ada"])
    Client().post(url_of(seat), {f"talk-{talk.pk}-liked": "secret praise", "how-words": "Warm"})
    page = browser_of(seat.event.series).get(evening_url(seat.event)).content.decode()
    assert "Warm" in page
    assert "secret praise" not in page


def test_who_does_not_organize_the_series_reads_nothing(seat):
    given(seat.event, words="zebrafish")
    browsers = [browser_of(seat.event.series, "door"), browser_of(seat.event.series, "reviewer"),
                browser_of(make_series())]  # fmt: skip
    for browser in browsers:
        assert browser.get(evening_url(seat.event)).status_code in {403, 404}


def test_the_venue_has_the_comfort_of_its_room_over_all_evenings(seat):
    venue, series = seat.event.venue, seat.event.series
    venue.series.add(series)
    other = make_event(series, starts_in=timedelta(days=-40), venue=venue)
    for event, mark in [(seat.event, 2), (seat.event, 3), (other, 5), (other, 5)]:
        given(event, room=mark, room_words=f"Air {mark}", words="About the evening")
    page = browser_of(series).get(f"/admin/venues/venue/{venue.pk}/change/").content.decode()
    assert "<strong>3.8</strong> of 5 on average, 4 marks in two years" in page
    assert "Air 2" in page
    assert "About the evening" not in page


def test_a_shared_venue_does_not_tell_what_guests_of_another_series_said(seat):
    venue, series = seat.event.venue, make_series()
    venue.series.add(series)
    given(seat.event, room=1, room_words="zebrafish")
    page = browser_of(series).get(f"/admin/venues/venue/{venue.pk}/change/").content.decode()
    assert "zebrafish" not in page
    assert room_said(venue, {series.pk}).evenings == []


def test_markup_in_words_is_shown_as_text(seat):
    given(seat.event, words="<script>alert(1)</script>", room_words="<img src=x>")
    seat.event.venue.series.add(seat.event.series)
    browser = browser_of(seat.event.series)
    for url in [evening_url(seat.event), f"/admin/venues/venue/{seat.event.venue_id}/change/"]:
        page = browser.get(url).content.decode()
        assert "&lt;" in page
        assert "<script>alert" not in page
        assert "<img src" not in page


@pytest.mark.parametrize("many", [1, 9])
def test_the_page_takes_as_many_queries_for_many_guests(seat, many, django_assert_num_queries):
    for _n in range(many):
        given(seat.event, evening=4, words="Warm")
    browser = browser_of(seat.event.series)
    browser.get(evening_url(seat.event))
    with django_assert_num_queries(9):
        browser.get(evening_url(seat.event))
