"""What a guest says by the link beside her seat: topics, a wish, a word to the speakers (O27)."""

from datetime import timedelta

import pytest
from django.test import Client

from speakers.models import Remark, Topic, Voice
from tests.builders import (
    make_contact,
    make_event,
    make_registration,
    make_series,
    make_speaker,
    make_talk,
    make_topic,
    make_voices,
)
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

YESTERDAY = timedelta(days=-1)


def url_of(seat, event=None):
    return f"/events/{(event or seat.event).slug}/voice/{seat.token}/"


def page_of(seat):
    answer = Client().get(url_of(seat))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def say(seat, **data):
    answer = Client().post(url_of(seat), data)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer


@pytest.fixture
def seat():
    return make_registration(make_event())


@pytest.fixture
def past_seat():
    """A seat of an evening that is over, with one talk."""
    event = make_event(starts_in=YESTERDAY)
    make_talk(event, "Queues", speakers=["Ada"])
    return make_registration(event)


def test_a_guest_votes_and_sees_her_votes_again(seat):
    wanted, other = make_topic(seat.event.series, "Async"), make_topic(seat.event.series, "Types")

    say(seat, topics=[wanted.pk], audience="beginners")

    voice = Voice.objects.get()
    assert (voice.topic, voice.contact, voice.source) == (wanted, seat.contact, "vote")
    assert voice.audience == "beginners"
    page = page_of(seat)
    assert f'value="{wanted.pk}" id="id_topics_0" checked' in page
    assert f'value="{other.pk}" id="id_topics_1" checked' not in page
    assert 'value="beginners"' in page


def test_what_she_unticks_is_taken_back(seat):
    topic = make_topic(seat.event.series)
    say(seat, topics=[topic.pk])

    say(seat)

    assert not Voice.objects.exists()


def test_looking_changes_nothing(seat):
    make_topic(seat.event.series)

    page_of(seat)

    assert not Voice.objects.exists()


def test_a_voice_after_the_evening_is_feedback(past_seat):
    topic = make_topic(past_seat.event.series)

    say(past_seat, topics=[topic.pk])

    assert Voice.objects.get().source == "feedback"


def test_her_links_of_two_evenings_are_one_voice(seat):
    topic = make_topic(seat.event.series)
    again = make_registration(make_event(seat.event.series), contact=seat.contact)

    say(seat, topics=[topic.pk])
    say(again, topics=[topic.pk])

    assert Voice.objects.count() == 1


def test_a_wish_waits_for_an_organizers_eye_and_counts_for_her(seat):
    say(seat, wish="  How to  say no ")

    topic = Topic.objects.get()
    assert (topic.title, topic.shown_at, topic.wished_by) == ("How to say no", None, seat.contact)
    assert topic.voices.get().contact == seat.contact
    assert "How to say no" in page_of(seat)
    stranger = make_registration(seat.event)
    assert "How to say no" not in page_of(stranger)
    public = Client().get(f"/series/{seat.event.series.slug}/topics/").content.decode()
    assert "How to say no" not in public


def test_a_wish_that_is_there_already_is_a_voice_for_it(seat):
    topic = make_topic(seat.event.series, "Async Django")

    say(seat, wish="async django")

    assert topic.voices.get().contact == seat.contact
    assert Topic.objects.count() == 1


def test_the_same_page_sent_twice_says_it_once(past_seat):
    topic, talk = make_topic(past_seat.event.series), past_seat.event.slots.get().talk
    data = {"topics": [topic.pk], "wish": "More tea", f"talk-{talk.pk}-liked": "The pace"}

    say(past_seat, **data)
    say(past_seat, **data)

    assert Topic.objects.count() == 2
    assert Voice.objects.count() == 2
    assert Remark.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_page_sent_four_times_in_one_second_says_it_once(transactional_db):
    event = make_event(starts_in=YESTERDAY)
    talk, seat = make_talk(event, "Queues"), make_registration(event)
    topic = make_topic(event.series)
    data = {"topics": [topic.pk], "wish": "More tea", f"talk-{talk.pk}-liked": "The pace"}

    answers = in_threads(4, lambda _n: Client().post(url_of(seat), data).status_code)

    assert answers == [302] * 4
    assert sorted(Voice.objects.values_list("topic__title", flat=True)) == sorted(
        ["More tea", topic.title]
    )
    assert Topic.objects.count() == 2
    assert Remark.objects.get().liked == "The pace"


def test_more_wishes_than_anybody_can_look_at_are_refused_with_a_sentence(seat):
    for number in range(5):
        say(seat, wish=f"Wish {number}")

    answer = Client().post(url_of(seat), {"wish": "One more"})

    assert answer.status_code == 200
    assert "we look at your other wishes first" in answer.content.decode()
    assert Topic.objects.count() == 5


def test_a_topic_put_aside_meanwhile_is_no_error(seat):
    topic = make_topic(seat.event.series)
    topic.put_aside()

    say(seat, topics=[topic.pk, "no number"])

    assert not Voice.objects.exists()


def test_a_topic_of_another_series_takes_no_voice(seat):
    foreign = make_topic(make_series(), "zebrafish")

    say(seat, topics=[foreign.pk])

    assert not Voice.objects.exists()
    assert "zebrafish" not in page_of(seat)


def test_her_audience_goes_with_all_her_voices_in_the_spelling_that_is_known(seat):
    first, second = make_topic(seat.event.series), make_topic(seat.event.series)
    make_voices(first, audience="Beginners")
    say(seat, topics=[first.pk], audience="data")

    say(seat, topics=[first.pk, second.pk], audience="beginners ")

    hers = Voice.objects.filter(contact=seat.contact)
    assert {voice.audience for voice in hers} == {"Beginners"}


def test_audiences_of_interviews_are_offered_and_a_single_visitors_words_are_not(seat):
    topic = make_topic(seat.event.series)
    make_voices(topic, audience="managers")
    make_voices(topic, audience="rude word", source="vote")
    make_voices(topic, count=3, audience="students", source="vote")

    page = page_of(seat)

    assert '<option value="managers">' in page
    assert '<option value="students">' in page
    assert "rude word" not in page


def test_markup_in_a_wish_and_an_audience_is_shown_as_text(seat):
    payload = "<script>alert(1)</script>"
    say(seat, wish=payload, audience='"><img src=x>')

    page = page_of(seat)

    assert payload not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img" not in page
    Topic.objects.get().show()
    public = Client().get(f"/series/{seat.event.series.slug}/topics/").content.decode()
    assert payload not in public
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in public


@pytest.mark.parametrize(
    ("field", "text"), [("wish", "x" * 201), ("audience", "x" * 61), ("wish", "a\x00b")]
)
def test_what_is_too_long_or_no_text_is_refused_with_a_sentence(seat, field, text):
    answer = Client().post(url_of(seat), {field: text})

    assert answer.status_code == 200
    assert answer.context["form"].errors[field]
    assert not Topic.objects.exists()


# A word to the speakers


def test_a_remark_is_kept_for_the_talk_and_may_be_changed_and_taken_back(past_seat):
    talk = past_seat.event.slots.get().talk
    say(past_seat, **{f"talk-{talk.pk}-liked": "The pace", f"talk-{talk.pk}-wished": "Louder"})
    say(past_seat, **{f"talk-{talk.pk}-liked": "The demo"})

    remark = Remark.objects.get()
    assert (remark.talk, remark.contact) == (talk, past_seat.contact)
    assert (remark.liked, remark.wished) == ("The demo", "")
    assert "The demo" in page_of(past_seat)

    say(past_seat)

    assert not Remark.objects.exists()


def test_before_the_end_nobody_is_asked_how_it_was(seat):
    talk = make_talk(seat.event, "Queues")

    assert "How was it?" not in page_of(seat)
    say(seat, **{f"talk-{talk.pk}-liked": "The pace"})

    assert not Remark.objects.exists()


@pytest.mark.parametrize(
    ("state", "came", "asked"),
    [
        ("going", None, True),
        ("going", True, True),
        ("going", False, False),
        ("waiting", None, False),
        ("waiting", True, True),
    ],
)
def test_only_who_may_have_been_there_is_asked_how_it_was(state, came, asked):
    event = make_event(starts_in=YESTERDAY)
    make_talk(event, "Queues")
    seat = make_registration(event, state, came=came)

    assert ("How was it?" in page_of(seat)) is asked


def test_nobody_remarks_on_a_talk_of_another_evening_or_on_her_own(past_seat):
    other = make_talk(make_event(past_seat.event.series, starts_in=YESTERDAY), "Elsewhere")
    speaker = make_speaker(past_seat.event.series, contact=past_seat.contact)
    own = make_talk(past_seat.event, "My own", speakers=[speaker])

    say(past_seat, **{f"talk-{other.pk}-liked": "x", f"talk-{own.pk}-liked": "x"})

    assert not Remark.objects.exists()
    assert "My own" not in page_of(past_seat)


def test_a_talk_that_was_never_agreed_on_is_not_named(past_seat):
    make_talk(past_seat.event, "Secret plan", agreed_at=None)

    assert "Secret plan" not in page_of(past_seat)


# Whose page it is


@pytest.mark.parametrize("state", ["pending", "cancelled", "expired"])
def test_who_has_no_seat_has_no_such_page(state):
    seat = make_registration(make_event(), state)

    assert Client().get(url_of(seat)).status_code == 404
    assert Client().post(url_of(seat), {"wish": "x"}).status_code == 404
    assert not Topic.objects.exists()


@pytest.mark.parametrize("state", ["going", "waiting", "offered"])
def test_who_has_a_seat_or_waits_for_one_has_it(state):
    page_of(make_registration(make_event(), state))


def test_the_link_of_another_evening_opens_nothing(seat):
    other = make_event(seat.event.series)

    assert Client().get(url_of(seat, other)).status_code == 404


def test_an_evening_nobody_has_announced_opens_nothing():
    seat = make_registration(make_event(status="draft"))

    assert Client().get(url_of(seat)).status_code == 404


def test_the_page_stays_with_her(seat):
    answer = Client().get(url_of(seat))

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "strict-origin"


@pytest.mark.parametrize("state", ["going", "waiting"])
def test_the_page_of_a_seat_leads_there(state):
    seat = make_registration(make_event(), state)

    page = Client().get(seat.get_absolute_url()).content.decode()

    assert f'href="{url_of(seat)}"' in page


def test_the_page_of_a_seat_given_back_does_not(seat):
    seat.cancel()

    assert "/voice/" not in Client().get(seat.get_absolute_url()).content.decode()


@pytest.mark.parametrize("many", [1, 12])
def test_the_page_takes_seven_queries_whatever_there_is(many, django_assert_num_queries):
    event = make_event(starts_in=YESTERDAY)
    seat = make_registration(event)
    for _n in range(many):
        make_talk(event, speakers=["Ada"])
        make_voices(make_topic(event.series), count=2, audience=f"audience {many}")

    with django_assert_num_queries(7):
        page_of(seat)


def test_many_topics_are_cut_but_never_her_own(seat):
    make_contact()
    for number in range(61):
        make_voices(make_topic(seat.event.series, f"Wanted {number}"), count=2)
    hers = make_topic(seat.event.series, "Hardly wanted")
    Voice.objects.create(topic=hers, contact=seat.contact, source="vote")
    unwanted = make_topic(seat.event.series, "Not wanted")

    page = page_of(seat)

    assert "Hardly wanted" in page
    assert unwanted.title not in page
    assert page.count('name="topics"') == 61
