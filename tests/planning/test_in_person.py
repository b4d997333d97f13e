"""Inviting in person: the words to copy and how far it is; nothing is sent (need 56)."""

import pytest

from meetups.models import Partner, PromoLink
from outbox.models import Delivery
from people.holdings import erase, everything_of
from planning.models import Approach
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_line,
    make_member,
    make_organizer,
    make_registration,
    make_series,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening():
    series = make_series(name="Minsk Python")
    return make_event(series, starts="2099-12-10T19:00", title="Evening 61", slug="61")


@pytest.fixture
def vera(evening):
    return make_member(evening.series, make_contact(name="Vera"), tags="DevOps, conf 2026")


@pytest.fixture
def organizer(client, evening):
    client.force_login(make_organizer(evening.series))
    return client


def url(event):
    return f"/admin/meetups/event/{event.pk}/in-person/"


def shown(client, event, **asked):
    return [str(one.member) for one in client.get(url(event), asked).context["people"]]


def test_those_with_the_tag_and_without_a_seat_are_shown(organizer, evening, vera):
    seated = make_member(evening.series, make_contact(name="Ada"), tags="devops")
    make_registration(evening, contact=seated.contact)
    gone = make_member(evening.series, make_contact(name="Zoe"), tags="devops")
    make_registration(evening, "cancelled", contact=gone.contact)
    make_member(evening.series, make_contact(name="Eve"), tags="devops-people")
    make_member(make_series(), make_contact(name="Far"), tags="DevOps")
    assert shown(organizer, evening, tag="DevOps") == ["Vera", "Zoe"]
    assert shown(organizer, evening) == []


def test_those_who_follow_the_line_are_shown(organizer, evening, vera):
    line = make_line(evening.series)
    make_follower(evening.series, make_contact(name="Lea"), line=line)
    assert shown(organizer, evening, line=line.pk) == ["Lea"]
    assert shown(organizer, evening, line=make_line(make_series()).pk) == []


def test_the_words_name_the_evening_the_time_and_the_link(organizer, evening, vera):
    page = organizer.get(url(evening), {"tag": "DevOps"})
    (person,) = page.context["people"]
    assert person.words == (
        "Hello Vera,\n\n"
        "I thought of you because of our next evening, “Evening 61” (Minsk Python).\n"
        "Thursday 10 December 2099, 19:00 (Minsk)\n"
        "The place follows\n\n"
        f"It would be nice to see you there. Here is more, and a seat: {evening.public_url}"
    )


def test_the_link_may_be_that_of_a_partner(organizer, evening, vera):
    partner = Partner.objects.create(series=evening.series, name="Library")
    link = PromoLink.objects.create(partner=partner, event=evening)
    page = organizer.get(url(evening), {"tag": "DevOps", "link": link.pk})
    assert page.context["people"][0].words.endswith(link.public_url)


@pytest.mark.parametrize("state", ["written", "comes", "does_not", "to_write"])
def test_one_button_keeps_how_far_it_is(organizer, evening, vera, state):
    organizer.post(url(evening), {"do": f"{vera.pk}:written"})
    answer = organizer.post(f"{url(evening)}?tag=DevOps", {"do": f"{vera.pk}:{state}"})
    assert answer["Location"].endswith("?tag=DevOps")
    approach = Approach.objects.get()
    assert (approach.state, approach.contact) == (state, vera.contact)
    assert organizer.get(url(evening), {"tag": "DevOps"}).context["people"][0].state == state
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("what", ["", ":", "written", "0:written", "x:comes", "1:maybe", "²:comes"])
def test_what_makes_no_sense_changes_nothing(organizer, evening, vera, what):
    assert organizer.post(url(evening), {"do": what}).status_code in {302, 404}
    assert not Approach.objects.exists()


@pytest.mark.parametrize("odd", ["0", "²", "\x00", "x" * 5000, "9" * 40])
def test_no_odd_question_breaks_the_page(organizer, evening, vera, odd):
    asked = dict.fromkeys(["tag", "line", "link", "p"], odd)
    assert organizer.get(url(evening), asked).status_code in {200, 400}


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_only_organizers_of_the_series_see_it(client, evening, vera, role):
    for user in (make_organizer(evening.series, role), make_organizer(make_series())):
        client.force_login(user)
        assert client.get(url(evening), {"tag": "DevOps"}).status_code == 404
        assert client.post(url(evening), {"do": f"{vera.pk}:comes"}).status_code == 404
    assert not Approach.objects.exists()


def test_somebody_of_another_series_is_not_noted(organizer, evening):
    far = make_member(make_series())
    assert organizer.post(url(evening), {"do": f"{far.pk}:comes"}).status_code == 404
    assert not Approach.objects.exists()


def test_the_page_takes_the_same_queries_for_many_people(
    organizer, evening, vera, django_assert_max_num_queries
):
    for _each in range(25):
        make_member(evening.series, tags="DevOps")
    with django_assert_max_num_queries(15):
        assert len(shown(organizer, evening, tag="DevOps")) == 26


def test_a_word_to_her_is_in_her_file_and_goes_with_her(organizer, evening, vera):
    organizer.post(url(evening), {"do": f"{vera.pk}:written"})
    assert "personal words" in [found.holding.name for found in everything_of(vera.contact)]
    erase(vera.contact)
    assert not Approach.objects.exists()
