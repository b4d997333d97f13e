"""The call list: outcomes free seats, note who comes, and count each person once (O32, need 83)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mailings.calling import note_call, people_to_call
from mailings.models import Opinion, PhoneCall, Reminder, ReminderPlan
from mailings.sending import start_due
from meetups.models import Refused
from outbox.engine import Sender
from outbox.models import Cap, Delivery
from registrations.models import Registration
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_organizer,
    make_registration,
    make_series,
    make_wave,
)
from tests.threads import in_threads

pytestmark = pytest.mark.django_db

NUMBER = "+375291112233"


@pytest.fixture
def event():
    return make_event(starts_in=timedelta(hours=5), capacity=2)


@pytest.fixture
def owner(event):
    return make_organizer(event.series, name="Olga")


@pytest.fixture
def client(owner):
    return signed_in(owner)


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


def guest(event, name, state="going", phone=NUMBER, **fields):
    contact = make_contact(f"{name}@x.org", name.capitalize(), phone=phone, **fields)
    return make_registration(event, state, contact)


def page_of(event):
    return reverse("admin:mailings_calls", args=[event.pk])


def press(client, seat, outcome, seen=0, **more):
    said = {"contact": seat.contact_id, "outcome": outcome, "seen": seen}
    return client.post(page_of(seat.event), said | more, follow=True)


def said_to(answer):
    return [str(message) for message in answer.context["messages"]]


def names(answer):
    return [person.contact.name for person in answer.context["people"]]


# What follows


def test_comes_is_noted_for_the_forecast_and_recorded_as_service(client, event, owner):
    ada = guest(event, "ada")
    assert said_to(press(client, ada, "comes", note="brings a friend")) == ["Noted: Ada comes."]
    ada.refresh_from_db()
    assert ada.coming_at is not None
    call = PhoneCall.objects.get()
    assert (call.outcome, call.by, call.note) == ("comes", owner, "brings a friend")
    row = Delivery.objects.get(channel="voice")
    assert (row.state, row.message_class, row.address) == ("sent", "service", NUMBER)
    assert row.key == f"call:{event.pk}:0:{ada.contact_id}"


def test_does_not_frees_the_seat_for_the_next_in_line_who_is_told(client, event):
    ada, _bob = guest(event, "ada"), guest(event, "bob")
    eve = guest(event, "eve", "waiting")
    answer = press(client, ada, "does_not")
    assert said_to(answer) == ["Ada does not come; the seat went to the next in line."]
    ada.refresh_from_db()
    eve.refresh_from_db()
    assert (ada.state, eve.state) == ("cancelled", "going")
    assert Delivery.objects.filter(template="registrations/moved_up", contact=eve.contact).exists()


def test_without_anybody_in_line_the_seat_is_free(client, event):
    assert said_to(press(client, guest(event, "ada"), "does_not")) == [
        "Ada does not come; the seat is free."
    ]


def test_no_answer_changes_nothing_and_comes_again_at_the_end(client, event):
    ada, _bob = guest(event, "ada"), guest(event, "bob")
    assert said_to(press(client, ada, "no_answer")) == ["Noted: no answer."]
    assert names(client.get(page_of(event))) == ["Bob", "Ada"]
    assert said_to(press(client, ada, "no_answer", seen=1)) == ["Noted: no answer, 2 times."]
    ada.refresh_from_db()
    assert ada.state == "going"
    assert not Delivery.objects.filter(channel="voice").exists()


@pytest.mark.parametrize(("said", "kept"), [("yes", [True]), ("no", [False]), ("", [])])
def test_whether_calls_annoy_is_kept_where_it_was_asked(client, event, said, kept):
    press(client, guest(event, "ada"), "comes", annoyed=said)
    answers = Opinion.objects.filter(channel="voice", series=event.series)
    assert list(answers.values_list("annoyed", flat=True)) == kept


# Who is on it


def test_those_who_want_calls_come_first_and_those_without_a_number_only_if_asked(client, event):
    Registration.objects.all().delete()
    event.set_capacity(None)
    guest(event, "ada")
    guest(event, "zoe", channel="voice")
    guest(event, "bob", phone="")
    guest(event, "wanda", "waiting")
    answer = client.get(page_of(event))
    assert names(answer) == ["Zoe", "Ada"]
    assert "1 more person has a seat and left no number" in answer.content.decode()
    assert names(client.get(f"{page_of(event)}?who=all")) == ["Zoe", "Ada", "Bob"]


def test_who_has_answered_stands_last_and_has_no_buttons(client, event):
    ada, _bob = guest(event, "ada"), guest(event, "bob")
    press(client, ada, "comes")
    answer = client.get(page_of(event))
    assert [(p.contact.name, p.is_done) for p in answer.context["people"]] == [
        ("Bob", False), ("Ada", True),
    ]  # fmt: skip
    assert answer.content.decode().count('value="comes"') == 1


def test_an_answer_to_another_date_is_no_answer(client, event):
    ada = guest(event, "ada")
    press(client, ada, "comes")
    event.move(day=event.date + timedelta(days=7))
    person = people_to_call(event).get()
    assert (person.turn, person.last_outcome) == (0, None)


def test_a_number_is_dialled_without_what_stands_between_its_digits(client, event):
    guest(event, "ada", phone="+375 (29) 111-22-33")
    assert 'href="tel:+375291112233"' in client.get(page_of(event)).content.decode()


def test_the_list_costs_the_same_number_of_questions_for_any_number(
    client, event, django_assert_max_num_queries
):
    event.set_capacity(None)
    for number in range(40):
        guest(event, f"guest{number}")
    with django_assert_max_num_queries(16):
        assert len(names(client.get(page_of(event)))) == 30


# Two helpers


def test_the_second_helper_sees_who_has_called_and_changes_nothing(client, event):
    ada = guest(event, "ada")
    colleague = signed_in(make_organizer(event.series, "organizer", name="Pavel"))
    press(client, ada, "comes")
    (sentence,) = said_to(press(colleague, ada, "does_not"))
    assert sentence.startswith("Olga has called at ")
    assert sentence.endswith(": comes. Nothing was changed.")
    ada.refresh_from_db()
    assert (ada.state, PhoneCall.objects.count()) == ("going", 1)


@pytest.mark.django_db(transaction=True)
def test_four_clicks_at_once_count_as_one_call(event, owner):
    ada = guest(event, "ada")

    def click(_number):
        try:
            return note_call(event, ada.contact, "does_not", owner, seen=0)
        except Refused:
            return ""

    assert len([done for done in in_threads(4, click) if done]) == 1
    assert PhoneCall.objects.count() == 1


def test_who_gave_her_seat_back_meanwhile_is_not_asked(client, event):
    ada = guest(event, "ada")
    ada.cancel()
    answer = client.post(page_of(event), {"contact": ada.contact_id, "outcome": "comes", "seen": 0})
    assert answer.status_code == 404
    with pytest.raises(Refused, match="no seat any more"):
        note_call(event, ada.contact, "comes", make_organizer(event.series), seen=0)


# Reminders and invitations by phone


def test_a_call_settles_the_reminder_that_waits_for_it_and_no_sender_takes_it(client, event):
    ada = guest(event, "ada", channel="voice")
    Registration.objects.update(state_at=timezone.now() - timedelta(days=1))
    Reminder.objects.plan_due()
    reminder = Delivery.objects.get(template="mailings/eve")
    Sender().run()
    reminder.refresh_from_db()
    assert (reminder.channel, reminder.state) == ("voice", "queued")
    press(client, ada, "comes")
    reminder.refresh_from_db()
    assert (reminder.state, reminder.attempts) == ("sent", 1)
    assert Delivery.objects.filter(channel="voice").count() == 1


def test_an_invitation_by_phone_keeps_a_seat_and_counts_against_the_cap(client, event):
    ada = make_follower(
        event.series, make_contact("ada@x.org", "Ada", phone=NUMBER), channel="voice"
    )
    wave = make_wave(event, channel="voice")
    assert start_due() == 1
    contact = ada.member.contact
    said = {"contact": contact.pk, "outcome": "comes", "seen": 0}
    answer = client.post(f"{page_of(event)}?wave={wave.pk}", said, follow=True)
    assert said_to(answer) == ["Ada has a seat now and gets a mail that says so."]
    assert event.registrations.going().get().contact == contact
    assert Delivery.objects.get(channel="voice").state == "sent"
    make_wave(make_event(event.series), channel="voice")
    assert start_due() == 0
    assert Cap.objects.exists() is False  # the usual number: one call a month


def test_an_invitation_that_is_declined_is_settled_and_nobody_is_registered(client, event):
    follower = make_follower(
        event.series, make_contact("ada@x.org", "Ada", phone=NUMBER), channel="voice"
    )
    wave = make_wave(event, channel="voice")
    start_due()
    said = {"contact": follower.member.contact_id, "outcome": "does_not", "seen": 0}
    client.post(f"{page_of(event)}?wave={wave.pk}", said)
    assert Delivery.objects.get().state == "sent"
    assert not event.registrations.exists()


# Who may, and what is sent by hand


@pytest.mark.parametrize(("role", "status"), [("organizer", 200), ("reviewer", 404), ("door", 404)])
def test_only_those_who_run_the_series_may_call(event, role, status):
    browser = signed_in(make_organizer(event.series, role))
    assert browser.get(page_of(event)).status_code == status
    page = reverse("admin:mailings_reminder_plan", args=[event.pk, "eve"])
    assert browser.get(page).status_code == status


def test_another_series_is_not_there(event):
    stranger = signed_in(make_organizer(make_series()))
    ada = guest(event, "ada")
    assert stranger.get(page_of(event)).status_code == 404
    said = {"contact": ada.contact_id, "outcome": "does_not", "seen": 0}
    assert stranger.post(page_of(event), said).status_code == 404
    ada.refresh_from_db()
    assert ada.state == "going"


@pytest.mark.parametrize(
    "said",
    [{}, {"contact": "x"}, {"contact": "9" * 30}, {"outcome": "dance"}, {"seen": "-1"},
     {"note": "n" * 201}, {"contact": "99999999"}],
)  # fmt: skip
def test_nonsense_changes_nothing_and_breaks_nothing(client, event, said):
    ada = guest(event, "ada")
    usual = {"contact": ada.contact_id, "outcome": "comes", "seen": 0} if said else {}
    assert client.post(page_of(event), usual | said).status_code in {302, 404}
    assert not PhoneCall.objects.exists()


@pytest.mark.parametrize("query", ["wave=x", "wave=99999999", "wave=" + "9" * 30])
def test_a_wave_that_is_none_is_not_there(client, event, query):
    assert client.get(f"{page_of(event)}?{query}").status_code == 404


# The page of a reminder


def plan_page(event, kind="eve"):
    return reverse("admin:mailings_reminder_plan", args=[event.pk, kind])


def test_an_organizer_writes_her_words_sees_them_and_saves(client, event):
    guest(event, "ada")
    fields = {"words": "Bring a lamp, {name}.", "subject": "", "days_before": "", "at": ""}
    looked = client.post(plan_page(event), fields | {"look": "1"})
    assert "Bring a lamp, Ada." in looked.content.decode()
    assert not ReminderPlan.objects.exists()
    assert client.post(plan_page(event), fields).status_code == 302
    assert ReminderPlan.objects.get().words == "Bring a lamp, {name}."


def test_the_preview_shows_no_link_that_opens_a_seat(client, event):
    ada = guest(event, "ada")
    shown = client.get(plan_page(event)).content.decode()
    assert "/registrations/…" in shown
    assert ada.token not in shown


def test_a_copy_goes_to_the_organizer_and_opens_nobodys_seat(client, event, owner):
    ada = guest(event, "ada")
    client.post(plan_page(event), {"words": "Hello.", "try": "1"})
    copy = Delivery.objects.get()
    assert (copy.address, copy.contact) == (owner.email, None)
    assert ada.token not in copy.render().text
    assert "Hello." in copy.render().text


def test_a_place_in_braces_that_nothing_fills_is_named(client, event):
    answer = client.post(plan_page(event), {"words": "Hi {nmae}"})
    assert "Nothing fills {nmae} in." in answer.content.decode()


@pytest.mark.parametrize("kind", ["eve", "half_day"])
def test_it_is_switched_by_buttons(client, event, kind):
    for state in ("paused", "off", "on"):
        client.post(plan_page(event, kind), {"turn": state})
        assert ReminderPlan.objects.get().state == state


def test_a_reminder_that_does_not_exist_is_not_there(client, event):
    assert client.get(plan_page(event, "noon")).status_code == 404


def test_the_evenings_page_leads_to_the_list_for_those_who_may_call(event, client):
    page = reverse("admin:meetups_event_change", args=[event.pk])
    assert page_of(event) in client.get(page).content.decode()
    helper = signed_in(make_organizer(event.series, "door"))
    assert page_of(event) not in helper.get(page).content.decode()
