"""Thanks with a way to answer, and the recap: service to those who came, once released."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from mailings.afterwards import advice
from mailings.sending import start_due
from outbox.models import Delivery
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_registration,
    make_series,
    make_talk,
    make_wave,
)

pytestmark = pytest.mark.django_db

NOON = datetime.fromisoformat("2026-12-11T12:00:00+03:00")


@pytest.fixture(autouse=True)
def _the_day_after():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def event():
    return make_event(make_series(name="Minsk Python"), starts="2026-12-10T19:00", title="Evening")


def guest(event, name, came=True):
    contact = make_contact(f"{name}@x.org", name.capitalize())
    return make_registration(event, contact=contact, came=came)


def after(event, purpose, **fields):
    return make_wave(event, purpose=purpose, audience="came", **fields)


def letter_to(name):
    return Delivery.objects.get(address=f"{name}@x.org").render()


def test_thanks_go_to_those_who_came_and_carry_the_link_of_their_own_seat(event, client):
    ada, bob = guest(event, "ada"), guest(event, "bob")
    guest(event, "eve", came=False)
    after(event, "thanks")
    call_command("tick")
    assert sorted(Delivery.objects.values_list("address", flat=True)) == ["ada@x.org", "bob@x.org"]
    for seat, name in [(ada, "ada"), (bob, "bob")]:
        page = reverse("speakers:voice", args=[event.slug, seat.token])
        assert f"{settings.PUBLIC_URL}{page}\n" in letter_to(name).text
        assert client.get(page).status_code == 200


def test_thanks_are_service_nobody_needs_to_have_agreed_and_no_cap_holds_them(event):
    ada = guest(event, "ada")
    make_follower(event.series, ada.contact)
    make_wave(make_event(event.series, starts="2026-12-20T19:00"))
    assert start_due() == 1
    after(event, "thanks")
    assert start_due() == 1
    thanks = Delivery.objects.get(template="mailings/thanks")
    assert (thanks.message_class, thanks.unsubscribe_url) == ("service", "")


def test_thanks_wait_for_an_organizer_and_are_written_once(event):
    guest(event, "ada")
    wave = after(event, "thanks", state="draft")
    assert start_due() == 0
    type(wave).objects.update(state="released")
    assert [start_due() for _each in range(3)] == [1, 0, 0]


def test_thanks_name_the_next_evening_where_one_is_announced(event):
    guest(event, "ada")
    make_event(event.series, starts="2026-12-30T19:00", status="draft", title="Hidden one")
    make_event(event.series, starts="2027-01-14T19:00", title="January evening")
    make_event(event.series, starts="2027-02-11T19:00", title="February evening")
    after(event, "thanks")
    start_due()
    text = letter_to("ada").text
    assert "Thursday 14 January 2027, 19:00 (Minsk)\n  January evening" in text
    assert "February" not in text
    assert "Hidden" not in text


def test_without_a_next_evening_nothing_is_promised(event):
    guest(event, "ada")
    after(event, "thanks")
    start_due()
    assert "next evening" not in letter_to("ada").text


def test_an_organizers_own_words_stand_in_place_of_the_usual_ones(event):
    guest(event, "ada")
    after(event, "thanks", text="Dear {name}, {evening} was loud.", subject="Well, {evening}")
    start_due()
    letter = letter_to("ada")
    assert letter.subject == "Well, Evening"
    assert letter.text.startswith("Dear Ada, Evening was loud.\n")
    assert "/voice/" in letter.text


def test_a_guest_of_the_series_who_has_no_seat_gets_thanks_without_a_link(event):
    member = make_follower(event.series, make_contact("fan@x.org", "Fan")).member
    make_wave(event, purpose="thanks", audience="followers").people.set([])
    start_due()
    assert "/voice/" not in Delivery.objects.get(contact=member.contact).render().text


def test_the_recap_lists_what_everybody_may_see(event):
    guest(event, "ada")
    allowed = {"visibility": "public"}
    make_talk(event, "Typed", ["Grace"], video_url="https://video.example.org/1", **allowed)
    make_talk(event, "Slow", ["Linus"], slides_url="https://slides.example.org/2", **allowed)
    make_talk(event, "Secret", video_url="https://video.example.org/3", visibility="nowhere")
    make_talk(event, "Friends", video_url="https://video.example.org/4", visibility="attendees")
    make_talk(event, "Asked", video_url="https://video.example.org/5", allowed_at=None)
    make_talk(event, "Empty", **allowed)
    after(event, "recap")
    start_due()
    text = letter_to("ada").text
    assert "Typed · Grace\nWatch it:\nhttps://video.example.org/1\n" in text
    assert "Slow · Linus\nThe slides:\nhttps://slides.example.org/2\n" in text
    assert f"See the whole evening:\n{event.public_url}\n" in text
    for hidden in ("Secret", "Friends", "Asked", "Empty"):
        assert hidden not in text


def test_a_recap_of_nothing_is_advised_against_until_something_is_there(event):
    wave = after(event, "recap", state="draft")
    assert "Nothing remains of the evening yet" in advice(wave)
    make_talk(event, video_url="https://video.example.org/1")
    assert advice(wave) == ""
    assert advice(after(event, "thanks")) == ""


def test_a_week_after_its_day_nobody_is_thanked_any_more(event):
    guest(event, "ada")
    wave = after(event, "thanks")
    with time_machine.travel(NOON + timedelta(days=7, minutes=1)):
        assert start_due() == 0
    wave.refresh_from_db()
    assert wave.state == "missed"
