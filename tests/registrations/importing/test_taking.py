"""O25, leave Meetup with history: the dry run, its report, and what is written."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import IntegrityError, connection, connections
from django.test.utils import CaptureQueriesContext

from config.invariants import INVARIANTS
from meetups.models import Event, Member, Refused, Subscription
from outbox.models import Delivery, Suppression
from people.models import Contact
from registrations.importing.doors import take_over
from registrations.models import Import, Registration
from tests.builders import make_contact, make_event, make_member, make_series
from tests.registrations.importing.files import (
    ATTENDEES,
    EVENINGS,
    MEMBERS,
    left_out,
    numbers,
    sent,
    taken,
    tried,
)

pytestmark = pytest.mark.django_db
TABLES = [Contact, Member, Subscription, Event, Registration, Suppression, Delivery]


def rows():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def seats(series):
    found = Registration.objects.filter(event__series=series).order_by("event__date", "pk")
    return [
        (s.event.title, s.contact.name, s.state, s.came, s.guests)
        for s in found.select_related("event", "contact")
    ]


def test_a_dry_run_writes_nothing_and_reports_what_it_would_write():
    series = make_series()
    before = rows()
    file = tried(sent(EVENINGS, series))
    assert rows() == before
    assert file.state == Import.State.TRIED
    assert numbers(file, "people_new", "people_known", "evenings_new", "evenings_known") == [
        4,
        0,
        2,
        0,
    ]
    assert numbers(file, "seats_new", "waiting_new", "came", "stayed_away", "said_no") == [
        3,
        1,
        1,
        1,
        1,
    ]
    assert left_out(file) == {}


def test_people_evenings_and_who_came_are_taken_over_as_reported():
    file = taken(EVENINGS)
    assert seats(file.series) == [
        ("Queues", "Anna", "going", True, 2),
        ("Queues", "Boris", "going", False, 0),
        ("Types", "Anna", "going", None, 0),
        ("Types", "Clara", "waiting", None, 0),
    ]
    queues = Event.objects.get(series=file.series, title="Queues")
    assert (queues.status, queues.is_over, queues.capacity) == ("published", True, None)
    assert queues.starts_at == datetime(2026, 5, 14, 16, tzinfo=UTC)
    assert (queues.seats_taken, queues.time_known) == (4, True)
    assert not Event.objects.get(title="Types").time_known
    anna = Member.objects.get(series=file.series, contact__email="anna@example.org")
    assert (anna.source, anna.tags, anna.first_met) == ("import", "speaker", queues.starts_at)


def test_nobody_is_written_to_and_every_invariant_holds():
    file = taken(EVENINGS)
    assert not Delivery.objects.exists()
    assert not file.series.events.filter(waves__isnull=False).exists()
    assert {name: found for name, check in INVARIANTS if (found := check())} == {}


def test_imported_people_are_marked_as_imported_and_not_confirmed():
    series = taken(EVENINGS).series
    marks = Subscription.objects.filter(member__series=series)
    assert set(marks.values_list("source", "confirmed_at", "withdrawn_at")) == {
        ("import", None, None)
    }
    assert marks.count() == 4
    assert not marks.confirmed().exists()


def test_a_second_import_of_the_same_file_changes_nothing():
    series = taken(EVENINGS).series
    before = rows()
    again = tried(sent(EVENINGS, series))
    with pytest.raises(Refused, match="Nothing in this file would be written"):
        take_over(again)
    assert rows() == before
    assert (
        numbers(again, "people_new", "evenings_new", "seats_new", "waiting_new", "came") == [0] * 5
    )
    assert numbers(again, "people_known", "evenings_known", "seats_known") == [4, 2, 4]


def test_a_file_is_taken_over_once_and_its_content_is_emptied():
    file = taken(EVENINGS)
    assert (bytes(file.content), file.state) == (b"", Import.State.DONE)
    assert file.done_at is not None
    with pytest.raises(Refused, match="already"):
        take_over(file)


def test_what_was_not_tried_is_not_taken_over():
    with pytest.raises(Refused, match="Look first"):
        take_over(sent(EVENINGS))


def test_it_is_all_or_nothing(monkeypatch):
    file = tried(sent(EVENINGS))
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE registrations_registration"
            " ADD CONSTRAINT no_clara CHECK (state <> 'waiting')"
        )
    with pytest.raises(IntegrityError, match="no_clara"):
        take_over(file)
    assert rows() == before
    file.refresh_from_db()
    assert file.state == Import.State.TRIED


def test_meetups_attendees_of_one_evening_are_counted_without_an_address():
    series = make_series()
    evening = make_event(series, starts="2026-05-14T19:00", title="Queues")
    file = taken(ATTENDEES, series, evening=evening.pk)
    assert numbers(file, "people_new", "without_address", "evenings_known") == [4, 4, 1]
    assert seats(series) == [
        ("Queues", "Ada L.", "going", True, 1),
        ("Queues", "Björn", "going", None, 0),
        ("Queues", "Vera", "waiting", None, 0),
    ]
    evening.refresh_from_db()
    assert evening.list_is_partial  # Björn has no mark, and nobody said that he stayed away


def test_who_has_no_address_is_never_written_to():
    series = make_series()
    evening = make_event(series, starts="2026-05-14T19:00")
    taken(ATTENDEES, series, evening=evening.pk)
    people = Contact.objects.filter(memberships__series=series)
    assert all(person.email.endswith("@imported.invalid") for person in people)
    assert all(Suppression.objects.covering(person.email).exists() for person in people)
    assert not Subscription.objects.filter(member__series=series).exists()


def test_an_unmarked_seat_counts_as_missed_only_where_somebody_says_so():
    series = make_series()
    evening = make_event(series, starts="2026-05-14T19:00", title="Queues")
    taken(ATTENDEES, series, evening=evening.pk, unmarked_stayed_away=True)
    assert ("Queues", "Björn", "going", False, 0) in seats(series)
    evening.refresh_from_db()
    assert evening.list_closed_at
    assert not evening.list_is_partial


def test_meetups_member_list_has_nobody_whom_we_could_know():
    file = tried(sent(MEMBERS))
    assert left_out(file) == {2: "no_address"}


DATES = (
    "name,email,date,title,rsvp,rsvped on,joined on\n"
    "Ada,ada@example.org,2026-05-14,Queues,yes,last week,2024-04-24\n"
    "Bea,bea@example.org,2026-05-14,Queues,yes,,sometime\n"
    "Cem,cem@example.org,2026-05-14,Queues,yes,yesterday,sometime\n"
    "Dan,dan@example.org,soon,Queues,yes,,\n"
)


def test_only_the_date_of_the_evening_costs_a_line_others_stay_empty_and_are_counted():
    file = tried(sent(DATES))
    assert left_out(file) == {5: "bad_date"}
    assert file.report["unread"] == {"joined": 2, "said": 2}
    take_over(file)
    assert file.series.members.count() == 3


BAD = (
    "name,email,date,title,rsvp,guests\n"
    "No address,,2026-05-14,Queues,yes,\n"
    "Bad address,a@b@c,2026-05-14,Queues,yes,\n"
    "Spam www.example.org,spam@example.org,2026-05-14,Queues,yes,\n"
    "<b>Bold</b>,bold@example.org,2026-05-14,Queues,yes,\n"
    "Bad date,bad@example.org,soon,Queues,yes,\n"
    "No date,none@example.org,,Queues,yes,\n"
    "Maybe,maybe@example.org,2026-05-14,Queues,perhaps,\n"
    "Crowd,crowd@example.org,2026-05-14,Queues,yes,4000\n"
    "To come,come@example.org,2999-01-01,Queues,yes,\n"
    "Good,good@example.org,2026-05-14,Queues,yes,\n"
    "Double,GOOD@example.org,2026-05-14,queues,yes,\n"
    "Wide,wide@example.org,2026-05-14,Queues,yes,0,more\n"
    f"{'x' * 300},long@example.org,2026-05-14,Queues,yes,\n"
    '=HYPERLINK("https://evil.example"),evil@example.org,2026-05-14,Queues,yes,\n'
    "=1+1,sum@example.org,2026-05-14,Queues,yes,\n"
)


def test_the_report_says_of_every_line_that_is_left_out_why():
    file = tried(sent(BAD))
    assert left_out(file) == {
        2: "no_address", 3: "bad_address", 4: "bad_name", 5: "bad_name", 6: "bad_date",
        7: "no_evening", 8: "unknown_word", 9: "bad_guests", 10: "to_come", 12: "double",
        13: "cells", 14: "long_name", 15: "bad_name",
    }  # fmt: skip
    assert numbers(file, "people_new", "seats_new") == [2, 2]
    assert "example.org" not in str(file.report)  # nobody's address outlives the file


def test_known_people_and_evenings_are_matched_and_what_is_known_stays():
    series = make_series()
    queues = make_event(series, starts="2026-05-14T18:30", title="QUEUES", capacity=1)
    anna = make_contact("Anna@example.org", "Anna Known")
    make_member(series, anna, source="form", tags="friend")
    seat = Registration.objects.create(
        event=queues, contact=anna, mode="onsite", state="going", token_hash="a" * 64, source="form"
    )
    file = taken(
        EVENINGS.replace("Boris;boris@example.org;Queues;14.05.2026 19:00;ja;nein;0;\n", ""), series
    )
    assert numbers(file, "people_new", "people_known", "evenings_known", "seats_known") == [
        2,
        1,
        1,
        1,
    ]
    seat.refresh_from_db()
    assert (seat.came, seat.came_by, seat.source, seat.guests) == (True, "hand", "form", 0)
    member = Member.objects.get(series=series, contact=anna)
    assert (member.source, member.tags, anna.name) == ("form", "friend", "Anna Known")


def test_an_evening_is_known_again_by_its_number_or_link():
    text = "email,event url,event date,event\na@example.org,https://x.example/e/77/,{},{}\n"
    series = taken(text.format("2026-05-14", "Queues")).series
    again = tried(sent(text.format("2026-05-15", "Queues, moved"), series))
    assert numbers(again, "evenings_new", "seats_new") == [0, 0]


def test_who_asked_to_be_forgotten_does_not_come_back():
    Suppression.objects.add_address("anna@example.org", Suppression.Reason.ERASED)
    file = taken(EVENINGS)
    assert left_out(file) == {2: "forgotten", 4: "forgotten"}
    assert not Contact.objects.filter(email="anna@example.org").exists()


def test_who_was_brought_without_an_address_and_erased_does_not_come_back():
    series = make_series()
    evening = make_event(series, starts="2026-05-14T19:00")
    taken(ATTENDEES, series, evening=evening.pk)
    Contact.objects.get(name="Björn").delete()
    again = tried(sent(ATTENDEES, series), evening=evening.pk)
    assert left_out(again) == {3: "forgotten"}


def test_another_series_does_not_learn_that_somebody_was_known():
    first = taken(EVENINGS)
    other = taken(EVENINGS)
    assert numbers(other, "people_new", "evenings_new", "seats_new") == [4, 2, 3]
    assert first.series.members.count() == other.series.members.count() == 4


def test_a_file_that_nobody_takes_over_is_deleted_after_a_week():
    left, done = sent(EVENINGS), taken(EVENINGS)
    with time_machine.travel(left.sent_at + timedelta(days=7)):
        assert Import.objects.forget() == 0
    with time_machine.travel(left.sent_at + timedelta(days=7, seconds=1)):
        assert Import.objects.forget() == 1
    assert list(Import.objects.all()) == [done]


def test_no_more_statements_for_hundreds_of_people_than_for_ten():
    assert _statements(10) == _statements(300)


def _statements(people):
    lines = [f"p{n}@x{people}.example,2026-05-14,Evening,yes" for n in range(people)]
    file = tried(sent("email,date,title,came\n" + "\n".join(lines)))
    with CaptureQueriesContext(
        connection,
    ) as statements:
        take_over(file)
    assert file.report["came"] == people
    return len(statements)


@pytest.mark.django_db(transaction=True)
def test_two_files_of_one_series_at_once_make_nobody_and_no_evening_twice():
    series = make_series()
    files = [tried(sent(EVENINGS, series)) for _n in range(2)]
    start, found = Barrier(2), []

    def take(file):
        try:
            start.wait()
            take_over(file)
            found.append(file.report["evenings_new"])
        finally:
            connections.close_all()

    both = [Thread(target=take, args=[file]) for file in files]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(found) == [0, 2]
    assert (series.events.count(), series.members.count()) == (2, 4)
    assert Registration.objects.filter(event__series=series).count() == 4
