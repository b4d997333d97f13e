"""Bringing people and evenings along, from the file to the one mail that asks."""

import pytest

from mailings.permission import ask
from outbox.models import Delivery
from tests.browser.looking import faults
from tests.registrations.importing.files import EVENINGS, sent, taken, tried

pytestmark = pytest.mark.browser

BAD = "\nEmil;no address;Queues;14.05.2026;ja;;0;\nFrida;f@example.org;Queues;soon;ja;;0;\n"
PAGES = {
    "files": lambda here: f"{here.top}imports/",
    "columns": lambda here: f"{here.top}imports/{here.new.pk}/",
    "dry run": lambda here: f"{here.top}imports/{here.tried.pk}/report/",
    "taken over": lambda here: f"{here.top}imports/{here.done.pk}/report/",
    "permission": lambda here: f"{here.top}permission/",
}


@pytest.fixture(scope="module")
def brought(community, django_db_blocker):
    """The community with one file in each state."""
    here = community
    with django_db_blocker.unblock():
        here.top = f"/admin/meetups/series/{here.series.pk}/"
        here.done = taken(EVENINGS, here.series)
        here.new = sent(EVENINGS, here.series, "who-came-to-the-evenings-of-2026.csv")
        here.tried = tried(sent(EVENINGS + BAD, here.series))
    return here


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well(brought, desk, name):
    desk.goto(PAGES[name](brought))
    assert faults(desk) == []


@pytest.mark.django_db
def test_a_form_that_asks_again_is_well(brought, desk):
    desk.goto(PAGES["columns"](brought))
    desk.get_by_label("Name", exact=True).select_option("e-mail")
    desk.get_by_role("button", name="Show what would be written").click()
    assert desk.get_by_role("alert").is_visible()
    assert faults(desk) == []


@pytest.mark.django_db
def test_nothing_leaves_by_looking(brought, desk):
    desk.goto(PAGES["permission"](brought))
    assert desk.get_by_role("button", name="Ask 4 people").is_visible()
    assert not Delivery.objects.filter(key__startswith="permission:").exists()
    assert ask(brought.series) == 4
