"""The form for a seat: guests, a yes that is needed, who is in line, and by whose link one came."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.builders import make_event, make_registration, make_series
from tests.registrations.pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    cache.clear()

    def post(event, query="", **typed):
        typed = {"name": "Ada", "email": "ada@example.org"} | typed
        path = f"{event.get_absolute_url()}register/{query}"
        return Client().post(path, typed)

    return post


def test_guests_are_asked_for_only_where_they_are_welcome(ask):
    alone, together = make_event(), make_event(guests_allowed=2)
    form = Client().get(f"{together.get_absolute_url()}register/").content.decode()
    assert re.search(r'<input type="number" name="guests"[^>]* max="2"', form)
    assert (
        'name="guests"' not in Client().get(f"{alone.get_absolute_url()}register/").content.decode()
    )
    assert ask(together, guests="2").status_code == 302
    assert together.registrations.get().seats == 3
    assert ask(alone, guests="2").status_code == 302
    assert alone.registrations.get().seats == 1


@pytest.mark.parametrize("guests", ["3", "-1", "many", "1.5", "9" * 30])
def test_a_number_of_guests_that_cannot_be_is_said_in_the_form(ask, guests):
    event = make_event(guests_allowed=2)
    answer = ask(event, guests=guests)
    assert (answer.status_code, event.registrations.count()) == (200, 0)
    assert 'aria-invalid="true"' in answer.content.decode()


def test_the_form_says_that_seats_need_a_yes_and_how_many_wait():
    event = make_event(make_series(), capacity=0, approval=True)
    for _each in range(3):
        make_registration(event, "waiting")
    make_registration(event, "waiting", needs_approval=True)
    page = words(Client().get(f"{event.get_absolute_url()}register/"))
    assert "need the organizers’ yes" in page
    assert "3 people are in line" in page


def test_the_link_of_a_partner_is_known_by_its_code(ask):
    event = make_event()
    link = event.series.partners.create(name="Uni", kind="partner").links.create(event=event)
    foreign = make_series().partners.create(name="Elsewhere", kind="poster").links.create()
    found = []
    for number, source in enumerate([link.code, foreign.code, "telegram", ""]):
        ask(event, f"?from={source}", email=f"{number}@example.org")
        seat = event.registrations.get(contact__email=f"{number}@example.org")
        found.append((seat.source, seat.link))
    assert found == [(link.code, link), (foreign.code, None), ("telegram", None), ("", None)]
