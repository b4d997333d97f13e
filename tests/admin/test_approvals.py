"""Seats that need an organizer's yes, and marks that are contested (needs 57, 58, O5)."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetups.models import Refused
from meetups.rights import Rights
from planning.desk import desk_of
from registrations.models import Registration
from tests.admin.pages import change_url, save
from tests.builders import make_contact, make_event, make_organizer, make_registration, make_series

LIST = "/admin/registrations/registration/"
LAST_MONTH = timedelta(days=-30)


def request_of(event, contact=None, **fields):
    """Somebody asks for a seat by the public way."""
    return Registration.objects.register(event, contact or make_contact(), **fields)


def page(seat, verb):
    return f"{LIST}{seat.pk}/{verb}/"


def many(client, action, *seats):
    data = {"action": action, "_selected_action": [seat.pk for seat in seats]}
    return client.post(LIST, data, follow=True).content.decode()


def letters(seat):
    return {one.template.partition("/")[2] for one in seat.contact.deliveries.all()}


def fresh(*seats):
    for seat in seats:
        seat.refresh_from_db()
    return [seat.state for seat in seats]


def visits(series, contact, number):
    for _n in range(number):
        event = make_event(series, starts_in=LAST_MONTH)
        make_registration(event, contact=contact, came=True)


@pytest.fixture
def event(ours):
    return make_event(ours.series, capacity=2, approval=True)


# Requests


def test_a_request_waits_and_its_sender_is_told_so(event):
    seat = request_of(event)
    assert (seat.state, seat.needs_approval) == ("waiting", True)
    assert letters(seat) == {"asked"}
    event.refresh_from_db()
    assert event.seats_taken == 0


@pytest.mark.parametrize(("came", "state"), [(2, "waiting"), (3, "going")])
def test_regulars_are_waved_through(event, came, state):
    contact = make_contact()
    visits(event.series, contact, came)
    assert request_of(event, contact).state == state


def test_a_yes_gives_the_seat_and_writes(client, event, ours):
    seat = request_of(event)
    assert "gets a seat and is told by mail" in client.get(page(seat, "approve")).content.decode()
    client.post(page(seat, "approve"))
    assert fresh(seat) == ["going"]
    assert letters(seat) == {"asked", "moved_up"}
    assert LogEntry.objects.filter(object_id=seat.pk, user=ours.user).count() == 1


def test_a_no_is_said_kindly_and_takes_no_seat(client, event):
    seat = request_of(event)
    client.post(page(seat, "decline"))
    assert fresh(seat) == ["cancelled"]
    assert letters(seat) == {"asked", "declined"}


def test_a_yes_without_a_free_seat_is_a_place_in_line_behind_those_who_have_one(client, event):
    event.set_capacity(0)
    first, second = request_of(event), request_of(event)
    assert "stands in line from now on" in client.get(page(second, "approve")).content.decode()
    client.post(page(second, "approve"))
    client.post(page(first, "approve"))
    assert list(event.registrations.in_line("onsite")) == [second, first]
    event.set_capacity(1)
    assert fresh(first, second) == ["waiting", "going"]


def test_many_get_a_yes_in_the_order_in_which_they_asked(client, event):
    first, second, third = [request_of(event) for _n in range(3)]
    said = many(client, "approve_all", third, first, second)
    assert "Yes to 3 people. 1 stands in line." in said
    assert fresh(first, second, third) == ["going", "going", "waiting"]


def test_many_get_a_no_and_only_those_who_asked(client, event):
    seat, seated = request_of(event), make_registration(event)
    assert "No to 1 person." in many(client, "decline_all", seat, seated)
    assert fresh(seat, seated) == ["cancelled", "going"]


def test_what_is_over_is_refused_in_words(client, event):
    seat = request_of(event)
    event.cancel()
    said = many(client, "approve_all", seat)
    assert "Yes to 0 people." in said
    assert "This evening is cancelled." in said
    assert fresh(seat) == ["waiting"]


def test_the_buttons_stand_only_at_a_request(client, event):
    seat, seated = request_of(event), make_registration(event)
    for one, fits in [(seat, True), (seated, False)]:
        body = client.get(change_url(one)).content.decode()
        assert ('href="../approve/"' in body) is fits
        assert ('href="../decline/"' in body) is fits


def test_the_list_shows_who_waits_for_a_yes_whom_she_brings_and_how_often_she_came(client, event):
    event.guests_allowed = 2
    event.save(update_fields=["guests_allowed"])
    contact = make_contact(name="Known Face")
    visits(event.series, contact, 2)
    request_of(event, contact, guests=2)
    make_registration(event)
    [row] = client.get(f"{LIST}?due=yes").context["cl"].result_list
    assert (row.contact, row.visits) == (contact, 2)
    body = client.get(f"{LIST}?due=yes").content.decode()
    for words in ["waits for our yes", "+2", "came 2 times"]:
        assert words in body


def test_a_regular_is_recognised_in_the_list(client, event):
    contact = make_contact()
    visits(event.series, contact, 4)
    visits(make_series(), contact, 9)
    make_registration(event, contact=contact)
    assert "came 4 times, a regular" in client.get(f"{LIST}?event={event.pk}").content.decode()


def test_the_list_of_requests_asks_as_often_for_many_as_for_few(client, event):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(f"{LIST}?due=yes")
        return len(found)

    visits(event.series, request_of(event).contact, 2)
    queries()
    few = queries()
    for _n in range(5):
        visits(event.series, request_of(event).contact, 1)
    assert queries() == few


# Marks


@pytest.fixture
def contested(ours):
    event = make_event(ours.series, starts_in=LAST_MONTH)
    seat = make_registration(event, came=False)
    seat.contest("I sat in the last row")
    return seat


def test_a_contested_mark_is_found_and_her_words_stand_above_the_question(client, contested):
    assert list(client.get(f"{LIST}?due=appeal").context["cl"].result_list) == [contested]
    for verb in ["was-there", "keep-mark"]:
        assert "I sat in the last row" in client.get(page(contested, verb)).content.decode()
    assert "I sat in the last row" in client.get(change_url(contested)).content.decode()


def test_granting_takes_the_mark_away(client, contested):
    client.post(page(contested, "was-there"))
    fresh(contested)
    assert (contested.appeal, contested.came, contested.came_by) == ("granted", True, "hand")
    assert not Registration.objects.missed().exists()


def test_keeping_it_lets_it_count_again(client, contested, ours):
    held = Registration.objects.held_against(contested.contact, ours.series)
    assert not held.exists()
    client.post(page(contested, "keep-mark"))
    fresh(contested)
    assert (contested.appeal, contested.came) == ("denied", False)
    assert held.exists()


def test_what_is_settled_is_not_asked_again(client, contested):
    client.post(page(contested, "was-there"))
    body = client.get(change_url(contested)).content.decode()
    assert 'href="../keep-mark/"' not in body


# The desk


def test_the_desk_says_how_many_requests_and_contested_marks_wait(ours, event, contested):
    request_of(event)
    request_of(event)
    waiting = desk_of(Rights(ours.user)).waiting
    assert [(step.sentence, step.url.partition("?")[2]) for step in waiting[:2]] == [
        ("2 requests for a seat wait for your yes.", "due=yes"),
        ("1 missed evening is contested.", "due=appeal"),
    ]


def test_the_desk_of_others_says_nothing_of_it(ours, event, contested):
    request_of(event)
    for user in [make_organizer(ours.series, "door"), make_organizer(make_series())]:
        assert desk_of(Rights(user)).waiting == []


# Who may


VERBS = ["approve", "decline", "was-there", "keep-mark"]


def test_a_helper_at_the_door_may_not_decide(as_role, event, contested):
    helper, seat = as_role("door"), request_of(event)
    for verb in VERBS:
        for one in [seat, contested]:
            assert helper.get(page(one, verb)).status_code == 404
            assert helper.post(page(one, verb)).status_code == 404
    for action in ["approve_all", "decline_all"]:
        many(helper, action, seat)
    assert fresh(seat) == ["waiting"]
    fresh(contested)
    assert contested.appeal == "open"


def test_another_series_is_not_there(client, theirs):
    event = make_event(theirs.series, approval=True)
    seat = request_of(event)
    for verb in VERBS:
        assert client.post(page(seat, verb)).status_code == 404
    for action in ["approve_all", "decline_all"]:
        many(client, action, seat)
    assert fresh(seat) == ["waiting"]


# The forms


def test_guests_approval_and_cycle_are_set_on_the_form_of_an_evening(client, ours):
    cycle = ours.series.cycles.create(name="Winter")
    event = make_event(ours.series)
    save(client, change_url(event), guests_allowed="3", approval="on", cycle=str(cycle.pk))
    event.refresh_from_db()
    assert (event.guests_allowed, event.approval, event.cycle) == (3, True, cycle)


def test_a_cycle_of_another_series_is_not_among_the_choices(client, ours, theirs):
    cycle = theirs.series.cycles.create(name="zebrafish cycle")
    event = make_event(ours.series)
    assert "zebrafish cycle" not in client.get(change_url(event)).content.decode()
    save(client, change_url(event), cycle=str(cycle.pk))
    event.refresh_from_db()
    assert event.cycle is None


def test_a_list_that_is_not_complete_is_noted_after_the_evening(client, ours):
    event = make_event(ours.series, starts_in=LAST_MONTH)
    save(client, change_url(event), list_is_partial="on")
    event.refresh_from_db()
    assert event.list_is_partial


def test_the_rules_of_seats_are_set_on_the_form_of_a_series(client, ours):
    save(
        client, change_url(ours.series),
        ask_hours="6", offer_hours="4", missed_limit="2", overfill_percent="10",
    )  # fmt: skip
    ours.series.refresh_from_db()
    series = ours.series
    assert (series.ask_hours, series.offer_hours) == (6, 4)
    assert (series.missed_limit, series.overfill_percent) == (2, 10)


def test_the_file_has_guests_answers_and_appeals(client, ours, contested):
    ours.series.questions.all().delete()
    question = ours.series.questions.create(text="=Which level?")
    question.answers.create(contact=contested.contact, value=["+new", "much"])
    Registration.objects.filter(pk=contested.pk).update(guests=2)
    answer = client.get(f"/admin/meetups/event/{contested.event_id}/registrations.csv")
    head, row = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert head.endswith("guests,contested,'=Which level?")
    assert row.endswith("""2,"she says she was there, or had a reason","'+new, much\"""")


@pytest.mark.django_db
def test_a_mark_is_settled_once():
    series = make_series()
    past = make_event(series, starts_in=timedelta(days=-2))
    seat = make_registration(past, came=False)
    seat.contest("I was there.")
    seat.settle_appeal(was_there=False)
    with pytest.raises(Refused, match="in the meantime"):
        seat.settle_appeal(was_there=True)
    seat.refresh_from_db()
    assert (seat.appeal, seat.came) == ("denied", False)
