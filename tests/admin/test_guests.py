"""Seats in the admin: verbs as buttons, and lists that stay fast."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from people.models import Contact
from registrations.models import Registration
from tests.admin.pages import change_url, errors_of, form_of, lists, save
from tests.builders import (
    make_event,
    make_follower,
    make_member,
    make_organizer,
    make_registration,
    make_series,
    make_talk,
)

LIST = "/admin/registrations/registration/"


def add(client, event, **fields):
    return save(client, f"{LIST}add/?event={event.pk}", **fields)


def test_a_guest_added_by_an_organizer_gets_a_seat_and_a_mail(client, ours):
    event = make_event(ours.series, capacity=1)
    answer = add(client, event, name="Ada", email="Ada@Example.org")
    assert errors_of(answer) == []
    seat = event.registrations.get()
    assert (seat.state, seat.source, seat.came) == ("going", "organizer", None)
    assert seat.contact.deliveries.get().template == "registrations/going"


def test_a_guest_stands_in_line_where_the_evening_is_full(client, ours):
    add(client, ours.event, name="Ada", email="ada@example.org")
    assert ours.event.registrations.get(contact__email="ada@example.org").state == "waiting"


def test_a_walk_in_is_refused_in_words_where_all_seats_are_taken(client, ours):
    answer = add(client, ours.event, name="Ada", email="ada@example.org", is_here="on")
    assert errors_of(answer) == ["All seats are taken. Raise the limit first, then add the guest."]
    assert not Contact.objects.filter(email="ada@example.org").exists()


def test_the_seat_that_is_cancelled_goes_to_the_next_in_line(client, ours):
    url = f"{LIST}{ours.registration.pk}/cancel/"
    assert "1 person is waiting" in client.get(url).content.decode()
    client.post(url)
    for seat in [ours.registration, ours.waiting]:
        seat.refresh_from_db()
    assert (ours.registration.state, ours.waiting.state) == ("cancelled", "going")
    assert LogEntry.objects.filter(object_id=ours.registration.pk, user=ours.user).count() == 1


def test_a_seat_is_given_ahead_of_the_queue_only_if_one_is_free(client, ours):
    url = f"{LIST}{ours.waiting.pk}/seat/"
    assert errors_of(client.post(url)) == ["No seat is free. Raise the limit first."]
    ours.waiting.refresh_from_db()
    assert ours.waiting.state == "waiting"


def test_buttons_stand_only_where_they_fit(client, ours):
    gone = make_registration(make_event(ours.series), "cancelled")
    assert 'href="../seat/"' in client.get(change_url(ours.waiting)).content.decode()
    assert 'href="../seat/"' not in client.get(change_url(ours.registration)).content.decode()
    assert 'href="../cancel/"' not in client.get(change_url(gone)).content.decode()


def test_state_and_person_are_not_written_by_hand(client, ours):
    url = change_url(ours.registration)
    data = form_of(client, url) | {
        "state": "cancelled",
        "contact": "1",
        "queue_no": "7",
        "_save": "1",
    }
    client.post(url, data)
    before = ours.registration
    after = Registration.objects.get(pk=before.pk)
    assert (after.state, after.contact_id, after.queue_no) == ("going", before.contact_id, None)


def test_noting_who_came_does_not_bring_a_cancelled_seat_back(client, ours):
    url = change_url(ours.registration)
    data = form_of(client, url) | {"came": "true", "_save": "1"}
    ours.registration.cancel()
    client.post(url, data)
    ours.registration.refresh_from_db()
    assert ours.registration.state == "cancelled"


def test_many_are_noted_at_once_but_nobody_without_a_seat(client, ours):
    seats = [ours.registration.pk, ours.waiting.pk]
    client.post(LIST, {"action": "mark_came", "_selected_action": seats})
    for seat in [ours.registration, ours.waiting]:
        seat.refresh_from_db()
    assert (ours.registration.came, ours.waiting.came) == (True, None)


def test_who_registered_is_never_deleted(client, ours):
    url = change_url(ours.registration).replace("change", "delete")
    assert client.post(url, {"post": "yes"}).status_code == 403


def test_guests_are_found_by_part_of_a_name_or_an_address(client, ours):
    for words in ["lope la", "late-ante", "LATE antelope"]:
        rows = client.get(LIST, {"q": words}).context["cl"].result_list
        assert list(rows) == [ours.waiting], words


@pytest.mark.parametrize(
    "query", ["?p=-1", "?p=abc", "?o=9.9", "?event=x", "?event=" + "9" * 30, "?state__exact=x"]
)
def test_a_senseless_address_is_no_crash(client, ours, query):
    assert client.get(LIST + query).status_code in {200, 302, 400}


def queries(client, url) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


def more_of_everything(series) -> None:
    for n in range(4):
        event = make_event(series, capacity=1)
        make_talk(event, speakers=[f"Speaker {n}", f"Another {n}"])
        make_registration(event)
        make_registration(event, "waiting")
        make_follower(series)
        Registration.objects.register(event, make_member(series).contact)


@pytest.mark.parametrize("url", ["/admin/", *(f"/admin/{path}/" for path in [
    "meetups/event", "meetups/member", "registrations/registration", "speakers/talk",
    "speakers/speaker", "venues/venue", "outbox/delivery", "mailings/reminder",
])])  # fmt: skip
def test_a_list_asks_as_often_for_many_rows_as_for_few(client, ours, url):
    few = queries(client, url)
    more_of_everything(ours.series)
    assert queries(client, url) == few


def test_the_pages_of_one_thing_do_not_grow_with_the_guests(client, ours):
    urls = [change_url(ours.event), change_url(ours.member), change_url(ours.registration)]
    few = [queries(client, url) for url in urls]
    ours.event.set_capacity(None)
    for _n in range(5):
        make_registration(ours.event)
    assert [queries(client, url) for url in urls] == few


def test_every_list_works_for_an_empty_series(db, client):
    user = make_organizer(make_series())
    client.force_login(user)
    for url in ["/admin/", *lists()]:
        assert client.get(url).status_code == 200, url
