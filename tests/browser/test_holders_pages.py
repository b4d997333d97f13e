"""The pages of a seat in the states that ask something of their reader, looked at with care."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.browser.community import LONG
from tests.browser.looking import faults
from tests.builders import make_contact, make_event, make_registration, make_series

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def seats(community, django_db_blocker):
    """A seat in each state with the longest of what may stand on its page."""
    with django_db_blocker.unblock():
        series = make_series(name="Minsk Python", missed_limit=2)
        ways = {"mode": "both", "guests_allowed": 3, "capacity": 9, "online_capacity": 9}
        open_one = make_event(series, **ways)
        near = make_event(series, starts_in=timedelta(hours=2), **ways)
        asking = make_event(series, **ways | {"capacity": 0, "approval": True})
        past = make_event(series, starts_in=timedelta(days=-9))
        for name in (LONG, "Ada Lovelace", "陈小明", "Анна"):
            make_registration(open_one, contact=make_contact(name=name), is_shown=True)
        make_registration(open_one)
        missed = make_registration(past, came=False)
        heard = make_registration(past, came=False)
        heard.contest(LONG * 3)
        return SimpleNamespace(
            form=asking,
            going=make_registration(open_one, contact=make_contact(name=LONG), guests=2),
            offered=make_registration(near, "offered", guests=1),
            waiting=make_registration(asking, "waiting", mode="onsite", guests=1, behind=True),
            asked=make_registration(asking, "waiting", mode="onsite", needs_approval=True),
            missed=missed,
            heard=heard,
        )


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["going", "offered", "waiting", "asked", "missed", "heard"])
def test_the_page_of_a_seat_is_well(seats, passer_by, state):
    passer_by.goto(getattr(seats, state).get_absolute_url())
    assert faults(passer_by) == []


@pytest.mark.django_db
def test_the_form_that_asks_for_guests_and_needs_a_yes_is_well(seats, passer_by):
    passer_by.goto(f"{seats.form.get_absolute_url()}register/")
    assert faults(passer_by) == []


@pytest.mark.django_db
def test_a_change_that_cannot_be_is_said_well(seats, passer_by):
    passer_by.goto(seats.going.get_absolute_url())
    passer_by.get_by_label("How many guests do you bring?").fill("7")
    passer_by.get_by_role("button", name="Save").click()
    assert passer_by.get_by_role("alert").is_visible()
    assert faults(passer_by) == []
