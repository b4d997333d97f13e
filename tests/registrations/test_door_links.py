"""Links for helpers, tickets, the list for the house, and checking in by oneself."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from registrations.circles.rounds import current, make_round, start_round
from registrations.door.taking import Told, take
from registrations.models import DoorKey, Registration, Scan
from registrations.on_the_wall.arriving import mix
from registrations.tokens import short_code_for
from tests.builders import make_contact, make_event, make_organizer, make_registration, make_series

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
KINDS = {"list": "/guest-list/", "wall": "/here/", "circles": "/circles/", "door": "/door/"}


@pytest.fixture
def evening():
    return make_event(starts_in=HOUR, capacity=50, guests_allowed=3, title="Small models")


@pytest.fixture
def ada(evening):
    contact = make_contact("ada@example.org", "Ada Lovelace")
    return make_registration(evening, contact=contact)


def key_of(event, kind):
    return DoorKey.objects.make(event, kind)


def text(answer):
    return answer.content.decode()


def came(seat):
    seat.refresh_from_db()
    return seat.came


# Links


@pytest.mark.parametrize(("kind", "place"), KINDS.items())
def test_a_link_opens_its_own_page_only_and_ends_by_itself(client, evening, kind, place):
    key = key_of(evening, kind)
    assert key.get_absolute_url() == f"{place}{key.token}/"
    answer = client.get(key.get_absolute_url())
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert 'name="robots" content="noindex"' in text(answer)
    for other in set(KINDS.values()) - {place}:
        assert client.get(f"{other}{key.token}/").status_code == 404
    with time_machine.travel(evening.ends_at + 2 * HOUR):
        assert client.get(key.get_absolute_url()).status_code == 410


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_that_was_ended_opens_nothing(client, evening, kind):
    key = key_of(evening, kind)
    key.end()
    assert client.get(key.get_absolute_url()).status_code == 410


# The list for the building's security


def test_the_guest_list_holds_names_in_order_and_no_address(client, evening, ada):
    make_registration(evening, contact=make_contact("b@example.org", "boris Ivanov"), guests=2)
    make_registration(evening, contact=make_contact("c@example.org", "Carl"), state="cancelled")
    make_registration(evening, contact=make_contact("d@example.org", "Dora"), state="waiting")
    page = text(client.get(key_of(evening, "list").get_absolute_url()))
    assert page.index("Ada Lovelace") < page.index("boris Ivanov")
    assert "and 2 guests" in page
    assert "4 people are expected" in page
    assert not [word for word in ("@", "Carl", "Dora", ada.token, ada.ticket) if word in page]


def test_the_guest_list_is_searched_and_forgives_odd_questions(client, evening, ada):
    make_registration(evening, contact=make_contact(name="Boris"))
    url = key_of(evening, "list").get_absolute_url()
    found = text(client.get(url, {"q": "LOVE"}))
    assert "Ada Lovelace" in found
    assert "Boris" not in found
    assert "Nobody of that name" in text(client.get(url, {"q": "%_"}))


@pytest.mark.parametrize("kind", ["list", "circles", "wall"])
def test_pages_of_links_ask_the_database_as_often_for_one_guest_as_for_many(
    client, evening, kind, django_assert_max_num_queries
):
    url = key_of(evening, kind).get_absolute_url()
    for _each in range(30):
        seat = make_registration(evening, mixes=True)
        Registration.objects.filter(pk=seat.pk).update(came=True)
    make_round(evening)
    with django_assert_max_num_queries(4):
        assert client.get(url).status_code == 200


# Tickets


def test_the_ticket_shows_a_first_name_and_opens_nothing_else(client, ada):
    page = text(client.get(f"/t/{ada.ticket}/"))
    assert "Ticket of Ada" in page
    assert "<svg" in page
    assert not [word for word in ("Lovelace", "@example.org", ada.token) if word in page]


def test_a_forged_ticket_is_not_found(client, ada):
    carried, _dot, mac = ada.ticket.partition(".")
    for code in (f"{carried}.{mac[::-1]}", f"{carried}{mac}", "x" * 20, ada.token):
        assert client.get(f"/t/{code}/").status_code == 404


def test_the_ticket_of_a_seat_given_back_says_so(client, ada):
    ada.cancel()
    page = text(client.get(f"/t/{ada.ticket}/"))
    assert "lets nobody in" in page
    assert "<svg class" not in page.replace('class="icon"', "")


def test_the_code_on_her_own_page_is_that_of_the_ticket(client, ada):
    page = text(client.get(ada.get_absolute_url()))
    assert f"/t/{ada.ticket}/" in page
    assert 'class="qr"' in page


def test_the_code_to_be_typed_is_on_the_ticket_and_on_her_own_page(client, ada):
    code = short_code_for(ada.pk)
    for address in (f"/t/{ada.ticket}/", ada.get_absolute_url()):
        assert f">{code[:4]} {code[4:]}</strong>" in text(client.get(address))


# By herself


def test_one_button_on_the_ticket_checks_her_in_while_the_evening_runs(client, evening, ada):
    url = f"/t/{ada.ticket}/"
    assert "I am here" in text(client.get(url))
    assert client.get(url).status_code == 200
    assert came(ada) is None
    assert client.post(url, {"do": "here"}).status_code == 302
    assert came(ada) is True
    client.post(url, {"do": "here"})
    assert list(evening.scans.values_list("kind", "result")) == [("self", "admitted")]


@pytest.mark.parametrize("hours", [-2.1, 2.5])
def test_nobody_checks_in_long_before_the_evening_or_after_it(client, evening, ada, hours):
    wall = key_of(evening, "wall").get_absolute_url()
    with time_machine.travel(evening.starts_at + hours * HOUR):
        client.post(f"/t/{ada.ticket}/", {"do": "here"})
        client.post(wall, {"email": "ada@example.org"})
    assert came(ada) is None


def test_the_wall_answers_the_same_whoever_has_a_seat(client, evening, ada):
    url = key_of(evening, "wall").get_absolute_url()
    make_contact("known@example.org", "Known")
    answers = set()
    for email in ("ada@example.org", "known@example.org", "stranger@example.org"):
        answer = client.post(url, {"email": email})
        answers.add((answer.status_code, answer["Location"], text(client.get(answer["Location"]))))
    assert len(answers) == 1
    assert came(ada) is True
    assert evening.scans.count() == 1
    assert "Ada" not in answers.pop()[2]


def test_the_wall_takes_the_address_in_any_case_and_asks_for_the_circles(client, evening, ada):
    url = key_of(evening, "wall").get_absolute_url()
    client.post(url, {"email": "ADA@example.org", "mixes": "on"})
    ada.refresh_from_db()
    assert (ada.came, ada.came_by, ada.mixes) == (True, "door", True)


def test_whoever_waits_is_not_let_in_by_the_wall_and_helpers_see_it(client, evening):
    seat = make_registration(evening, "waiting", contact=make_contact("w@example.org"))
    client.post(key_of(evening, "wall").get_absolute_url(), {"email": "w@example.org"})
    assert came(seat) is None
    assert list(Scan.objects.to_look_at().values_list("reason", flat=True)) == ["waiting"]


def test_the_wall_is_not_asked_for_the_same_address_all_evening(client, evening, ada):
    url = key_of(evening, "wall").get_absolute_url()
    codes = [client.post(url, {"email": "ada@example.org"}).status_code for _each in range(6)]
    assert codes == [302] * 5 + [429]


def test_no_address_is_asked_for_again(client, evening):
    answer = client.post(key_of(evening, "wall").get_absolute_url(), {"email": "nobody"})
    assert answer.status_code == 200
    assert "Error:" in text(answer)


# Circles on screen and phone


def test_screen_and_phone_say_who_stands_where(client, evening, ada):
    others = [make_registration(evening) for _each in range(12)]
    for seat in [ada, *others]:
        take(evening, [Told(Scan.Kind.NAME, registration=seat.pk)])
        mix(seat, True)
    make_round(evening)
    screen = text(client.get(key_of(evening, "circles").get_absolute_url()))
    assert "Ada L." in screen
    assert "Lovelace" not in screen
    assert "@" not in screen
    number = current(evening).places.get(registration=ada).circle
    phone = f"{ada.get_absolute_url()}circle/"
    assert f"You are in circle {number}" in text(client.get(phone))
    client.post(phone, {"do": "stay_out"})
    assert not current(evening).places.filter(registration=ada).exists()
    client.post(phone, {"do": "join"})
    assert current(evening).places.filter(registration=ada).exists()


# The organizer's pages


@pytest.fixture
def organizer(evening):
    browser = Client()
    browser.force_login(make_organizer(evening.series))
    return browser


def door_page(event):
    return f"/admin/meetups/event/{event.pk}/door/"


def circles_page(event):
    return f"/admin/meetups/event/{event.pk}/circles/"


def test_an_organizer_makes_a_link_and_ends_it_at_once(organizer, evening, client):
    organizer.post(door_page(evening), {"do": "make", "kind": "door", "name": "Main entrance"})
    key = evening.door_keys.get()
    assert key.public_url in text(organizer.get(door_page(evening)))
    organizer.post(door_page(evening), {"do": "end", "key": key.pk})
    assert client.get(key.get_absolute_url()).status_code == 410


def test_a_link_is_ended_by_a_second_press_and_made_above_the_others(organizer, evening):
    key_of(evening, "door")
    page = text(organizer.get(door_page(evening)))
    assert page.index("Make a link") < page.index("/door/") < page.index("<details")
    assert page.index("<details") < page.index("End it at once") < page.index("</details>")


def test_walk_ins_are_counted_apart_as_on_the_phones(organizer, evening, ada):
    make_registration(evening)
    walk_in = Told(Scan.Kind.WALK_IN, name="Dora")
    take(evening, [Told(Scan.Kind.NAME, registration=ada.pk), walk_in])
    page = text(organizer.get(door_page(evening)))
    assert "<strong>1 of 2</strong> came in" in page
    assert "<strong>1</strong> walk-ins" in page


def test_odd_scans_are_looked_at_and_then_gone(organizer, evening, ada):
    take(evening, [Told(Scan.Kind.NAME, registration=ada.pk) for _each in range(3)])
    assert "2 scans to look at" in text(organizer.get(door_page(evening)))
    first = Scan.objects.to_look_at().first()
    organizer.post(door_page(evening), {"do": "seen", "scan": str(first.pk)})
    assert "1 scan to look at" in text(organizer.get(door_page(evening)))
    organizer.post(door_page(evening), {"do": "seen"})
    assert not Scan.objects.to_look_at().exists()


def test_the_organizer_says_whether_the_list_is_complete(organizer, evening, ada):
    other = make_registration(evening)
    take(evening, [Told(Scan.Kind.NAME, registration=ada.pk)])
    organizer.post(door_page(evening), {"do": "complete"})
    assert came(other) is None  # the evening is not over
    with time_machine.travel(evening.ends_at + HOUR):
        organizer.post(door_page(evening), {"do": "complete"})
        assert came(other) is False
        organizer.post(door_page(evening), {"do": "partial"})
    assert came(other) is None


def test_the_organizer_mixes_and_starts_the_introductions(organizer, evening):
    for _each in range(14):
        seat = make_registration(evening, mixes=True)
        Registration.objects.filter(pk=seat.pk).update(came=True, arrived_at=timezone.now())
    assert "Fewer than twenty" in text(organizer.get(circles_page(evening)))
    organizer.post(circles_page(evening), {"do": "make", "size": "7"})
    organizer.post(circles_page(evening), {"do": "start"})
    found = current(evening)
    assert found.started_at
    assert sorted(found.places.values_list("circle", flat=True)) == [1] * 7 + [2] * 7
    leaver = found.places.first().registration
    organizer.post(circles_page(evening), {"do": "leave", "seat": leaver.pk})
    assert found.places.count() == 13


def come(event, count):
    for _each in range(count):
        seat = make_registration(event, mixes=True)
        Registration.objects.filter(pk=seat.pk).update(came=True, arrived_at=timezone.now())


def buttons(answer):
    """The words of the buttons of the part about rounds, the loud one with a sign."""
    found = re.findall(r'<button class="button([^"]*)" name="do"[^>]*>([^<]+)<', text(answer))
    return [words + ("" if "quiet" in kind or "plain" in kind else "!") for kind, words in found]


def test_rounds_are_offered_when_they_can_be_made_and_make_sense(organizer, evening):
    def page():
        return organizer.get(circles_page(evening))

    come(evening, 2)
    assert "Make the" not in text(page())
    assert "A circle needs three people" in text(page())
    come(evening, 6)
    assert buttons(page())[0] == "Make the first round!"
    assert "Everybody in one circle" not in text(page())
    make_round(evening)
    assert "All who join have met" in text(page())
    assert buttons(page())[0] == "Start the introductions!"
    come(evening, 12)
    assert [one for one in buttons(page()) if "!" in one] == ["Start the introductions!"]
    start_round(evening)
    assert [one for one in buttons(page()) if "!" in one] == ["Make the next round!"]


@pytest.mark.parametrize("page", [door_page, circles_page])
def test_strangers_see_nothing_of_the_door(organizer, evening, page):
    foreign = make_event(make_series(), starts_in=HOUR)
    assert organizer.get(page(foreign)).status_code == 404
    assert organizer.post(page(foreign), {"do": "make", "kind": "door"}).status_code == 404
    assert not foreign.door_keys.exists()
    for odd in ({}, {"do": "end", "key": "x"}, {"do": "seen", "scan": "x"}, {"do": "make"}):
        assert organizer.post(page(evening), odd).status_code in {302, 404}


@pytest.mark.parametrize("page", [door_page, circles_page])
def test_pages_of_the_door_ask_as_often_for_few_as_for_many(
    organizer, evening, page, django_assert_max_num_queries
):
    for number in range(25):
        seat = make_registration(evening, mixes=bool(number % 2) or None)
        take(evening, [Told(Scan.Kind.NAME, registration=seat.pk) for _each in range(2)])
        key_of(evening, "door")
    make_round(evening)
    organizer.get(page(evening))
    with django_assert_max_num_queries(16):
        assert organizer.get(page(evening)).status_code == 200
