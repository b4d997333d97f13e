"""Looking changes nothing: whoever opens a link, a person, a scanner or a crawler (T62)."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from registrations.models import Registration
from tests.builders import (
    make_contact,
    make_event,
    make_organizer,
    make_registration,
    make_series,
    make_talk,
)
from tests.registrations.crowd import register
from tests.urls import addresses

pytestmark = pytest.mark.django_db

# A visitor's own session, which allauth begins for the challenge of a passkey.
OF_VISITORS = {"django_session"}
COUNTED = "registrations_formday"


def digest():
    """One sum for each table: its rows, whatever their order."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - OF_VISITORS
        sums = {}
        for table in tables:
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")  # noqa: S608
            sums[table] = cursor.fetchone()[0]
    return sums


@pytest.fixture
def house():
    """Everything that a link leads to, a registration in each state."""
    cache.clear()
    series = make_series(slug="x", confirm_by_mail=True)
    event = make_event(series, slug="x", mode="both", capacity=3)
    make_talk(event, slug="x")
    for state in ("expired", "cancelled", "going", "pending", "offered", "waiting"):
        make_registration(event, state, mode="onsite")
    register(event, "ada@example.org", mode="online")
    make_organizer(series, email="o@example.org")
    return event


def links_of(event):
    for seat in event.registrations.all():
        yield from addresses(
            slug="x",
            token=seat.token,
            code=seat.ticket,
            pk="00000000-0000-0000-0000-000000000000",
            name="plain",
            uidb36="1",
            key="x-y",
        )


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_no_look_at_any_page_changes_a_row(house, method):
    before = digest()
    client = Client()
    answers = [getattr(client, method)(path).status_code for path in links_of(house)]
    after = digest()
    # How often the form was opened is a number of the day, and says nothing of anybody.
    assert before | {COUNTED: after[COUNTED]} == after
    assert answers.count(200) > 60


def test_the_control_a_click_changes_rows(house):
    before = digest()
    seat = Registration.objects.get(contact__email="ada@example.org")
    Client().post(f"/registrations/{seat.token}/confirm/")
    changed = {table for table, rows in digest().items() if rows != before[table]}
    assert changed == {"registrations_registration", "outbox_delivery"}


@pytest.mark.parametrize("page", ["", "cancel/", "coming/", "confirm/", "evening.ics"])
def test_the_page_of_a_seat_is_nobody_elses(page):
    seat = make_registration(make_event(), contact=make_contact(name="Ada Lovelace"))
    answer = Client().get(f"/registrations/{seat.token}/{page}")
    assert answer.status_code == 200
    assert answer["Referrer-Policy"] in {"no-referrer", "strict-origin"}  # never the whole address
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))


@pytest.mark.parametrize("page", ["cancel/", "coming/", "confirm/", "change/", "contest/"])
def test_a_click_from_elsewhere_is_refused(page):
    seat = make_registration(make_event())
    answer = Client(enforce_csrf_checks=True).post(f"/registrations/{seat.token}/{page}")
    seat.refresh_from_db()
    assert (answer.status_code, seat.state, seat.coming_at) == (403, "going", None)


def test_registering_from_elsewhere_is_refused():
    event = make_event()
    fields = {"name": "Ada", "email": "ada@example.org"}
    answer = Client(enforce_csrf_checks=True).post(f"/events/{event.slug}/register/", fields)
    assert (answer.status_code, event.registrations.count()) == (403, 0)


# A holder's clicks


def click(seat, page, **fields):
    return Client().post(f"/registrations/{seat.token}/{page}", fields, follow=True)


def test_a_holder_gives_her_seat_back():
    event = make_event(capacity=1)
    ada, bob = register(event, "ada@example.org", "bob@example.org")
    assert click(ada, "cancel/").status_code == 200
    assert click(ada, "cancel/").status_code == 200
    bob.refresh_from_db()
    assert bob.state == "going"


def test_a_holder_says_that_she_comes():
    seat = make_registration(make_event())
    assert click(seat, "coming/", answer="yes").status_code == 200
    seat.refresh_from_db()
    assert (seat.state, seat.coming_at is not None) == ("going", True)


def test_a_holder_says_that_she_does_not_come():
    seat = make_registration(make_event())
    assert click(seat, "coming/", answer="no").status_code == 200
    seat.refresh_from_db()
    assert seat.state == "cancelled"


def test_who_waits_cannot_click_herself_a_seat():
    event = make_event(capacity=1)
    _ada, bob = register(event, "ada@example.org", "bob@example.org")
    said = click(bob, "confirm/")
    bob.refresh_from_db()
    assert (said.status_code, bob.state) == (200, "waiting")
    assert "No seat is free yet" in said.content.decode()


def test_a_link_opens_one_seat_and_no_other():
    event = make_event()
    ada, bob = register(event, "ada@example.org", "bob@example.org")
    click(ada, "cancel/")
    bob.refresh_from_db()
    assert (bob.state, ada.token != bob.token, len(ada.token)) == ("going", True, 22)


def test_a_dump_of_the_database_opens_nothing(settings):
    seat = make_registration(make_event())
    stolen = [seat.seed, seat.token_hash, seat.token_hash[:22], seat.seed[:22]]
    statuses = {Client().get(f"/registrations/{text}/").status_code for text in stolen}
    assert statuses == {404}


def test_a_link_outlives_a_change_of_the_secret_key(settings):
    seat = make_registration(make_event())
    old = seat.token
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one, just as long as the one before it was, for sure"
    seat.refresh_from_db()
    assert seat.token == old
    assert Client().get(f"/registrations/{old}/").status_code == 200


def test_the_page_of_a_seat_at_a_cancelled_evening_says_so():
    event = make_event()
    (seat,) = register(event, "ada@example.org")
    event.cancel("The heating is broken.")
    for page in ("cancel/", "coming/", "confirm/"):
        assert Client().get(f"/registrations/{seat.token}/{page}").status_code == 200
    assert "no evening" in Client().get(f"/registrations/{seat.token}/").content.decode()
