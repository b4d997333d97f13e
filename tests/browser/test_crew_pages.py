"""The pages of helpers and of personal words, looked at with care."""

import pytest

from planning.crew import plan_role
from planning.models import Shift
from tests.browser.looking import faults
from tests.builders import make_contact, make_event, make_member

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


@pytest.fixture(scope="module")
def crew(community, django_db_blocker):
    """An evening with a helper in each state, and a member with a tag."""
    here = community
    with django_db_blocker.unblock():
        here.crewed = make_event(here.series)
        plan_role(here.crewed, "check_in", 3, 45)
        plan_role(here.crewed, "photos", 1, 0)
        shift = Shift.objects.get(role="check_in", event=here.crewed)
        people = [make_contact(name=name) for name in ("Vera", "Ada " * 30, "Zoe", "Eve")]
        for contact in people:
            make_member(here.series, contact, tags="DevOps")
        here.places = [shift.ask(contact) for contact in people]
        for place in here.places[1:3]:
            place.answer(True)
        here.places[2].confirm()
        here.places[3].answer(False)
    return here


def test_the_pages_of_an_evening_have_no_fault(crew, desk):
    for page in ("crew/", "in-person/?tag=DevOps"):
        desk.goto(f"/admin/meetups/event/{crew.crewed.pk}/{page}")
        assert faults(desk) == [], page


def test_the_page_of_a_helper_has_no_fault_in_any_state(crew, passer_by):
    for place in crew.places:
        passer_by.goto(place.get_absolute_url())
        assert faults(passer_by) == [], place.state
