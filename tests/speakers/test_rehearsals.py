"""Rehearsals: organizers offer times, speakers book them alone, and both sides know (need 98)."""

from datetime import date, datetime, time, timedelta

import icalendar
import pytest
from django.core.cache import cache
from django.test import Client

from meetups.models import Refused
from outbox.letters import compose
from outbox.models import Delivery
from speakers.models import Rehearsal
from tests.admin.pages import save
from tests.builders import (
    make_call,
    make_event,
    make_organizer,
    make_proposal,
    make_rehearsal,
    make_slot,
)
from tests.owed import letters
from tests.speakers.pdfs import errors, url_of
from tests.threads import in_threads

TAKEN = "Somebody else has taken this time. Please choose another one."


@pytest.fixture
def evening(db):
    call = make_call()
    return make_event(call.series, starts_in=timedelta(days=20))


@pytest.fixture
def proposal(evening):
    call = evening.series.calls.get()
    return make_proposal(call, "confirmed", slot=make_slot(evening, kind="talk"), title="Stairs")


@pytest.fixture
def organizer(evening):
    return make_organizer(evening.series)


def book(browser, proposal, rehearsal):
    return browser.post(url_of(proposal, "rehearsal/"), {"time": rehearsal.pk})


def holder(rehearsal):
    return Rehearsal.objects.get(pk=rehearsal.pk).talk


# Booking


def test_free_times_are_named_with_their_zone(client, proposal, evening):
    evening.zone = "Europe/Minsk"
    evening.save()
    rehearsal = make_rehearsal(evening, place="Main Street 1", with_whom="Olga")

    page = client.get(url_of(proposal, "rehearsal/")).content.decode()

    day = f"{rehearsal.date:%A} {rehearsal.date.day} {rehearsal.date:%B}"
    assert f"{day}, 19:00 (Minsk) · 40 minutes · Main Street 1 · with Olga" in page


def test_booking_keeps_the_time_does_the_duty_and_tells_both_sides(
    client, proposal, evening, organizer
):
    rehearsal = make_rehearsal(evening, place="Main Street 1")
    duty = proposal.talk.duties.get(kind="rehearsal")

    assert book(client, proposal, rehearsal).status_code == 302

    duty.refresh_from_db()
    assert duty.done_at is not None
    assert holder(rehearsal) == proposal.talk
    assert letters(about=f"proposal:{proposal.pk}") == [
        "speakers/rehearsal_booked", "speakers/rehearsal_booked_organizers",
    ]  # fmt: skip
    hers = Delivery.objects.get(template="speakers/rehearsal_booked")
    mail = compose(hers.template, hers.context)
    assert mail.subject.startswith("Your rehearsal: ")
    assert "Main Street 1" in mail.text
    assert f"http://testserver{url_of(proposal, 'rehearsal/')}" in mail.text
    entry = icalendar.Calendar.from_ical(mail.attachments[0].text).walk("VEVENT")[0]
    assert entry.decoded("dtstart") == rehearsal.starts_at
    assert entry.decoded("dtend") == rehearsal.starts_at + timedelta(minutes=40)
    assert str(entry["location"]) == "Main Street 1"
    theirs = Delivery.objects.get(template="speakers/rehearsal_booked_organizers")
    assert theirs.address == organizer.email
    page = f"/admin/speakers/rehearsal/{rehearsal.pk}/change/"
    assert page in compose(theirs.template, theirs.context).text


def test_booking_again_changes_the_time_and_the_first_one_is_free(client, proposal, evening):
    first, second = make_rehearsal(evening), make_rehearsal(evening, days=11)
    book(client, proposal, first)
    book(client, proposal, second)

    assert (holder(first), holder(second)) == (None, proposal.talk)
    files = [
        compose(letter.template, letter.context).attachments[0].text
        for letter in Delivery.objects.filter(template="speakers/rehearsal_booked")
    ]
    entries = [icalendar.Calendar.from_ical(file).walk("VEVENT")[0] for file in files]
    assert len({str(entry["uid"]) for entry in entries}) == 1


def test_booking_the_same_time_twice_tells_once(client, proposal, evening):
    rehearsal = make_rehearsal(evening)
    rehearsal.book(proposal.talk)
    rehearsal.book(proposal.talk)
    assert letters(template="speakers/rehearsal_booked") == ["speakers/rehearsal_booked"]


def test_giving_it_back_frees_the_time_and_tells_the_organizers(
    client, proposal, evening, organizer
):
    rehearsal = make_rehearsal(evening)
    book(client, proposal, rehearsal)
    Delivery.objects.all().delete()

    client.post(url_of(proposal, "rehearsal/"), {"back": "1"})

    assert holder(rehearsal) is None
    assert proposal.talk.duties.get(kind="rehearsal").done_at is None
    assert letters() == ["speakers/rehearsal_given_back"]
    letter = Delivery.objects.get()
    assert letter.address == organizer.email
    assert compose(letter.template, letter.context).subject.startswith("Rehearsal given back: ")


def test_a_time_that_is_taken_past_or_of_another_evening_cannot_be_booked(
    client, proposal, evening
):
    other = make_proposal(proposal.call, "confirmed")
    taken, past = make_rehearsal(evening), make_rehearsal(evening, days=-1)
    make_rehearsal(evening, days=15)
    beside = make_rehearsal(other.event)
    Rehearsal.objects.filter(pk=taken.pk).update(talk=other.talk)
    for rehearsal in (taken, past, beside):
        assert errors(book(client, proposal, rehearsal)) == [TAKEN]
        with pytest.raises(Refused):
            rehearsal.book(proposal.talk)

    for data in ({}, {"time": "x"}, {"time": "9" * 30}, {"time": "-1"}):
        answer = client.post(url_of(proposal, "rehearsal/"), data)
        assert answer.status_code == 200
    assert not proposal.talk.rehearsals.exists()


@pytest.mark.parametrize("state", ["submitted", "accepted", "reserve", "declined", "withdrawn"])
def test_times_are_offered_only_after_a_yes_to_an_evening(client, evening, state):
    make_rehearsal(evening)
    proposal = make_proposal(evening.series.calls.get(), state)

    page = client.get(url_of(proposal, "rehearsal/")).content.decode()

    assert "Times are offered once you have said yes to an evening." in page
    assert 'name="time"' not in page
    assert book(client, proposal, Rehearsal.objects.get()).status_code == 200
    assert holder(Rehearsal.objects.get()) is None


def test_leaving_the_evening_frees_the_time(client, proposal, evening):
    rehearsal = make_rehearsal(evening)
    rehearsal.book(proposal.talk)
    proposal.pass_on("ill")
    assert holder(rehearsal) is None


@pytest.mark.django_db(transaction=True)
def test_two_speakers_book_one_time_at_the_same_moment(transactional_db):
    call = make_call()
    evening = make_event(call.series, starts_in=timedelta(days=20))
    both = [
        make_proposal(call, "confirmed", slot=make_slot(evening, kind="talk")) for _ in range(2)
    ]
    for hour in range(8, 20):
        rehearsal = make_rehearsal(evening, hour=hour)
        cache.clear()

        answers = in_threads(2, lambda number, r=rehearsal: book(Client(), both[number], r))

        assert sorted(answer.status_code for answer in answers) == [200, 302]
        loser = next(answer for answer in answers if answer.status_code == 200)
        assert TAKEN in loser.content.decode()
        won = [p for p in both if p.talk == holder(rehearsal)]
        told = Delivery.objects.filter(key__startswith=f"rehearsal:{rehearsal.pk}:")
        contacts = told.filter(template="speakers/rehearsal_booked").values_list("contact")
        assert [pk for (pk,) in contacts] == [won[0].parts.get().contact_id]


# Organizers


@pytest.fixture
def desk(organizer):
    browser = Client()
    browser.force_login(organizer)
    return browser


def url(rehearsal, page="change"):
    return f"/admin/speakers/rehearsal/{rehearsal.pk}/{page}/"


def test_an_organizer_offers_a_time_by_the_clocks_of_the_evening(desk, evening):
    evening.zone = "Asia/Shanghai"
    evening.save()
    day = evening.date - timedelta(days=5)

    answer = save(desk, "/admin/speakers/rehearsal/add/", date=f"{day}", time="18:30")

    assert answer.status_code == 302
    rehearsal = Rehearsal.objects.get()
    assert rehearsal.event == evening
    wall = datetime.combine(day, time(10, 30))
    assert rehearsal.starts_at.replace(tzinfo=None) == wall


def test_notes_are_read_by_the_speaker_and_by_nobody_else(client, desk, proposal, evening):
    rehearsal = make_rehearsal(evening)
    rehearsal.book(proposal.talk)
    other = make_proposal(proposal.call, "confirmed", slot=make_slot(evening, kind="talk"))
    Delivery.objects.all().delete()

    assert save(desk, url(rehearsal), notes="Slower, <i>please</i>.").status_code == 302

    words = "Slower, &lt;i&gt;please&lt;/i&gt;."
    assert words in client.get(url_of(proposal, "rehearsal/")).content.decode()
    assert words not in client.get(url_of(other, "rehearsal/")).content.decode()
    assert letters() == []


def test_a_change_of_a_booked_time_is_told_and_of_a_free_one_is_not(desk, proposal, evening):
    free, booked = make_rehearsal(evening), make_rehearsal(evening, days=11)
    booked.book(proposal.talk)
    Delivery.objects.all().delete()

    save(desk, url(free), time="20:00")
    assert letters() == []

    save(desk, url(booked), time="20:00", place="Side Street 2")
    letter = Delivery.objects.get(template="speakers/rehearsal_booked")
    text = compose(letter.template, letter.context).text
    assert "20:00" in text
    assert "Side Street 2" in text


def test_a_booking_made_meanwhile_survives_the_organizers_save(desk, proposal, evening):
    rehearsal = make_rehearsal(evening)
    stale = Rehearsal.objects.get(pk=rehearsal.pk)
    rehearsal.book(proposal.talk)
    stale.notes = "New"
    stale.change(["notes"], tell=False)
    assert holder(rehearsal) == proposal.talk


def test_calling_it_off_tells_the_speaker_and_takes_the_time_away(desk, proposal, evening):
    rehearsal = make_rehearsal(evening)
    rehearsal.book(proposal.talk)
    Delivery.objects.all().delete()

    assert desk.post(url(rehearsal, "off")).status_code == 302

    assert not Rehearsal.objects.exists()
    assert letters() == ["speakers/rehearsal_off"]
    assert proposal.talk.duties.get(kind="rehearsal").done_at is None
    letter = Delivery.objects.get()
    mail = compose(letter.template, letter.context)
    assert mail.subject.startswith("Called off: your rehearsal on ")


def test_a_booked_time_is_not_simply_deleted(desk, proposal, evening):
    rehearsal = make_rehearsal(evening)
    rehearsal.book(proposal.talk)
    assert desk.post(url(rehearsal, "delete"), {"post": "yes"}).status_code == 403
    assert holder(rehearsal) == proposal.talk
    free = make_rehearsal(evening, days=12)
    assert desk.post(url(free, "delete"), {"post": "yes"}).status_code == 302


def test_an_evening_of_another_series_is_no_choice(desk, evening):
    foreign = make_event(starts_in=timedelta(days=9))
    fill = {"date": f"{date(2027, 1, 1)}", "time": "18:00", "event": foreign.pk}
    answer = save(desk, "/admin/speakers/rehearsal/add/", **fill)
    assert answer.status_code == 200
    assert not Rehearsal.objects.exists()


@pytest.mark.parametrize("role", ["reviewer", "door", None])
def test_rehearsals_are_the_business_of_those_who_run_the_series(evening, role):
    rehearsal = make_rehearsal(evening)
    browser = Client()
    series = evening.series if role else make_call().series
    browser.force_login(make_organizer(series, role or "owner"))
    for page in ("change", "off", "delete"):
        assert browser.get(url(rehearsal, page)).status_code in {403, 404}
        assert browser.post(url(rehearsal, page), {"post": "yes"}).status_code in {403, 404}
    assert Rehearsal.objects.count() == 1
