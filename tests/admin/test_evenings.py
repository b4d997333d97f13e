"""An evening in the admin: made on one screen, changed by its verbs, never by a stale form."""

from datetime import date, timedelta

import pytest
from django.forms import modelform_factory
from django.utils import timezone

from mailings.models import Reminder
from meetups.admin.event_form import EventForm
from meetups.models import Event, Refused
from outbox.models import Delivery
from registrations.models import Registration
from tests.admin.pages import change_url, errors_of, form_of, save
from tests.builders import make_contact, make_event, make_registration, make_slot, make_venue

ADD = "/admin/meetups/event/add/"


def deliveries(event, template):
    return Delivery.objects.filter(template=template, about__startswith=f"event:{event.pk}:")


def test_a_title_and_a_date_make_an_evening_with_the_usual_rest(client, ours):
    ours.series.usual_time, ours.series.usual_minutes = "18:30", 90
    ours.series.usual_venue = ours.venue
    ours.series.save()

    answer = save(client, ADD, title="Поезда и люди", date="2027-01-14")

    assert errors_of(answer) == []
    event = Event.objects.get(title="Поезда и люди")
    assert answer.url == change_url(event)
    assert (event.slug, event.status) == ("poezda-i-lyudi", "draft")
    assert (event.time.isoformat(), event.minutes, event.venue) == ("18:30:00", 90, ours.venue)
    assert (event.zone, event.language) == (ours.series.time_zone, ours.series.language)


def test_two_evenings_of_one_name_have_two_links(client, ours):
    for _n in range(2):
        save(client, ADD, title="Lightning", date="2027-01-14")
    assert set(Event.objects.filter(title="Lightning").values_list("slug", flat=True)) == {
        "lightning", "lightning-2",
    }  # fmt: skip


def test_publish_asks_once_and_then_does_it(client, ours):
    event = make_event(ours.series, status="draft")
    url = f"/admin/meetups/event/{event.pk}/publish/"
    assert "seats can be had" in client.get(url).content.decode()
    event.refresh_from_db()
    assert event.status == "draft"

    assert client.post(url).url == change_url(event)

    event.refresh_from_db()
    assert event.status == "published"


def test_cancel_says_how_many_are_told_and_tells_them_why(client, ours):
    url = f"/admin/meetups/event/{ours.event.pk}/cancel/"
    assert "2 people are told by mail" in client.get(url).content.decode()

    client.post(url, {"because": "The hall is flooded"})

    ours.event.refresh_from_db()
    assert (ours.event.status, ours.event.cancelled_because) == ("cancelled", "The hall is flooded")
    assert deliveries(ours.event, "meetups/cancelled").count() == 2


def test_an_evening_is_cancelled_once(client, ours):
    url = f"/admin/meetups/event/{ours.event.pk}/cancel/"
    client.post(url)
    answer = client.post(url)
    assert errors_of(answer) == ["This evening is already cancelled."]
    assert deliveries(ours.event, "meetups/cancelled").count() == 2


def test_move_tells_everybody_once(client, ours):
    url = f"/admin/meetups/event/{ours.event.pk}/move/"
    assert "2 people are told by mail" in client.get(url).content.decode()

    answer = client.post(url, form_of(client, url) | {"date": "2027-02-11", "time": "20:00"})

    assert errors_of(answer) == []
    ours.event.refresh_from_db()
    assert (ours.event.date.isoformat(), ours.event.time.isoformat()) == ("2027-02-11", "20:00:00")
    assert deliveries(ours.event, "meetups/moved").count() == 2


def test_a_move_to_a_room_of_another_house_is_refused_in_words(client, ours):
    other = make_venue(rooms=["Cellar"])
    ours.series.venues.add(other)
    url = f"/admin/meetups/event/{ours.event.pk}/move/"
    answer = client.post(url, form_of(client, url) | {"room": other.rooms.get().pk})
    assert errors_of(answer) == ["This room is not in the chosen venue."]
    assert not deliveries(ours.event, "meetups/moved").exists()


def test_the_plain_form_warns_before_a_move_and_says_who_was_told(client, ours):
    url = change_url(ours.event)
    assert "told to 2 people by mail" in client.get(url).content.decode()

    answer = save(client, url, date="2027-02-11")

    assert errors_of(answer) == []
    assert deliveries(ours.event, "meetups/moved").count() == 2
    assert "2 people are told by mail." in client.get(change_url(ours.event)).content.decode()


def test_saving_without_a_change_tells_nobody(client, ours):
    before = Event.objects.values().get(pk=ours.event.pk)
    assert errors_of(save(client, change_url(ours.event))) == []
    after = Event.objects.values().get(pk=ours.event.pk)
    assert not deliveries(ours.event, "meetups/moved").exists()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"language", "search", "search_text"}


def test_a_higher_limit_lets_the_queue_in(client, ours):
    save(client, change_url(ours.event), capacity="2")
    ours.waiting.refresh_from_db()
    assert ours.waiting.state == Registration.State.GOING


def test_a_limit_below_the_seats_given_is_refused_and_nothing_is_half_written(client, ours):
    event = make_event(ours.series, capacity=3, title="Before")
    for _n in range(2):
        make_registration(event)

    answer = save(client, change_url(event), capacity="1", title="After", date="2027-03-01")

    assert answer.status_code == 200
    assert len(errors_of(answer)) == 1
    assert "already given" in errors_of(answer)[0]
    event.refresh_from_db()
    assert (event.title, event.capacity) == ("Before", 3)
    assert event.date.isoformat() != "2027-03-01"
    assert not deliveries(event, "meetups/moved").exists()


def test_a_refusal_after_the_move_takes_the_move_back(ours):
    event = make_event(ours.series, capacity=9)
    form_class = modelform_factory(Event, form=EventForm, fields=["date", "capacity", "title"])
    data = {"date": "2027-03-01", "capacity": "0", "title": "After"}
    form = form_class(data, instance=Event.objects.get(pk=event.pk))
    assert form.is_valid()
    # Between the look and the write somebody takes a seat.
    Registration.objects.register(event, make_contact())

    with pytest.raises(Refused):
        form.save_changes()

    event.refresh_from_db()
    assert event.title != "After"
    assert event.capacity == 9
    assert event.date.isoformat() != "2027-03-01"
    assert not deliveries(event, "meetups/moved").exists()


def test_a_form_from_before_the_rush_does_not_write_old_counts_back(client, ours):
    event = make_event(ours.series, capacity=10)
    url = change_url(event)
    data = form_of(client, url)
    for _n in range(3):
        Registration.objects.register(event, make_contact())

    client.post(
        url, data | {"title": "New name", "seats_taken": "0", "status": "cancelled", "_save": "1"}
    )

    event.refresh_from_db()
    assert (event.title, event.seats_taken, event.status) == ("New name", 3, "published")


def test_a_form_that_was_open_long_changes_only_what_was_changed_in_it(client, ours):
    url = change_url(ours.event)
    data = form_of(client, url)
    meanwhile = Event.objects.get(pk=ours.event.pk)
    meanwhile.move(day=date(2027, 3, 11))
    meanwhile.set_capacity(50)
    Event.objects.filter(pk=ours.event.pk).update(tagline="written meanwhile")

    client.post(url, data | {"title": "Mine", "_save": "1"})

    ours.event.refresh_from_db()
    assert (ours.event.title, ours.event.tagline) == ("Mine", "written meanwhile")
    assert (ours.event.date, ours.event.capacity) == (date(2027, 3, 11), 50)
    assert deliveries(ours.event, "meetups/moved").count() == 2


def test_the_page_says_how_it_stands_and_leads_to_the_rows(client, ours):
    Reminder.objects.create(
        event=ours.event, schedule_rev=0, due_at=timezone.now(), not_after=timezone.now(),
        planned=5, missed=2,
    )  # fmt: skip
    page = client.get(change_url(ours.event)).content.decode()
    assert "1 has a seat" in page
    assert "1 waits" in page
    assert "written to 5 people" in page
    assert "missed: 2" in page
    query = {"event": ours.event.pk, "state__exact": "waiting"}
    rows = client.get("/admin/registrations/registration/", query).context["cl"].result_list
    assert list(rows) == [ours.waiting]
    letters = client.get("/admin/outbox/delivery/", {"event": ours.event.pk}).context["cl"]
    assert letters.result_count == 2


def test_nothing_missed_is_not_mentioned(client, ours):
    now = timezone.now()
    Reminder.objects.create(event=ours.event, schedule_rev=0, due_at=now, not_after=now, planned=5)
    assert "missed" not in client.get(change_url(ours.event)).content.decode()


def test_only_a_draft_is_deleted(client, ours):
    draft = make_event(ours.series, status="draft")
    client.post(change_url(draft).replace("change", "delete"), {"post": "yes"})
    answer = client.post(change_url(ours.event).replace("change", "delete"), {"post": "yes"})
    assert not Event.objects.filter(pk=draft.pk).exists()
    assert answer.status_code == 403


def test_the_agenda_is_written_below_and_found_by_the_archive(client, ours):
    event = make_event(ours.series)
    make_slot(event, "welcome")
    url = change_url(event)
    row = {"slots-TOTAL_FORMS": 2, "slots-1-kind": "lightning", "slots-1-title": "Quokka hour"}
    row |= {
        "slots-1-minutes": 15,
        "slots-1-position": "",
        "slots-1-id": "",
        "slots-1-event": event.pk,
    }

    assert errors_of(save(client, url, **row)) == []

    assert [(s.position, s.kind) for s in event.slots.all()] == [(0, "welcome"), (1, "lightning")]
    assert Event.objects.search("quokka").filter(pk=event.pk).exists()


def test_a_place_without_a_talk_says_where_to_add_one(client, ours):
    page = client.get(change_url(ours.event)).content.decode()
    assert f'href="/admin/speakers/talk/add/?slot={ours.slot.pk}' in page
    assert f'href="{change_url(ours.talk)}"' in page


@pytest.mark.parametrize("days", [-1, 14])
def test_the_recap_is_asked_for_once_it_has_begun(client, ours, days):
    event = make_event(ours.series, starts_in=timedelta(days=days))
    assert ('name="recap"' in client.get(change_url(event)).content.decode()) is (days < 0)


@pytest.mark.parametrize("value", ["0000-00-00", "2027-02-30", "\x00", "9" * 400, "tomorrow"])
def test_an_impossible_date_is_a_sentence_and_not_a_crash(client, ours, value):
    answer = save(client, change_url(ours.event), date=value)
    assert answer.status_code in {200, 400}


def test_a_zone_nobody_knows_is_a_sentence_beside_the_field(client, ours):
    answer = save(client, change_url(ours.event), zone="Mars/Olympus")

    assert answer.status_code == 200
    assert "“Mars/Olympus” is no time zone." in errors_of(answer)[0]
    ours.event.refresh_from_db()
    assert ours.event.zone == ours.series.time_zone


@pytest.mark.parametrize(
    ("days", "ways"),
    [
        (14, ["Place a talk", "Ask the reserves", "Add the talk"]),
        (-1, ["Add the talk"]),
    ],
)
def test_a_free_place_leads_to_the_proposals_and_the_reserves_until_it_is_over(
    client, ours, days, ways
):
    event = make_event(ours.series, starts_in=timedelta(days=days))
    slot = make_slot(event, "talk")

    page = client.get(change_url(event)).content.decode()

    words = ["Place a talk", "Ask the reserves", "Add the talk"]
    assert [word for word in words if f">{word}</a>" in page] == ways
    assert (f"/admin/speakers/offer/ask/{slot.pk}/" in page) is (days > 0)
