"""Every page a guest sees, looked at with care: light and dark, phone and desk."""

import pytest

from tests.browser.looking import faults

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGES = {
    "home": lambda here: "/",
    "series": lambda here: here.series.get_absolute_url(),
    "series without evenings": lambda here: here.other.get_absolute_url(),
    "series with a long name": lambda here: here.wide.get_absolute_url(),
    "archive": lambda here: "/series/evenings/archive/",
    "archive, second page": lambda here: "/series/evenings/archive/?page=2",
    "archive, searched": lambda here: "/series/evenings/archive/?q=indexes",
    "archive, nothing found": lambda here: "/series/evenings/archive/?q=zebra",
    "archive, nothing there": lambda here: "/series/quiet/archive/",
    "archive, no such page": lambda here: "/series/evenings/archive/?page=99",
    "evening": lambda here: here.next.get_absolute_url(),
    "full evening": lambda here: here.full.get_absolute_url(),
    "evening here and online": lambda here: here.both.get_absolute_url(),
    "evening without a place": lambda here: here.bare.get_absolute_url(),
    "moved evening": lambda here: here.moved.get_absolute_url(),
    "cancelled evening": lambda here: here.cancelled.get_absolute_url(),
    "past evening": lambda here: here.past.get_absolute_url(),
    "past evening without a recap": lambda here: here.unwritten.get_absolute_url(),
    "talk": lambda here: here.talk.get_absolute_url(),
    "talk that was given": lambda here: here.given.get_absolute_url(),
    "form": lambda here: f"{here.next.get_absolute_url()}register/",
    "form of a full evening": lambda here: f"{here.full.get_absolute_url()}register/",
    "form with a choice": lambda here: f"{here.both.get_absolute_url()}register/",
    "form, too late": lambda here: f"{here.past.get_absolute_url()}register/",
    "no such page": lambda here: "/nowhere/",
}
SEATS = [
    "pending", "going", "waiting", "offered", "expired", "cancelled", "second in line", "online",
    "coming", "of a moved evening", "of a cancelled evening", "of a past evening",
    "with a long name",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well(community, passer_by, name):
    passer_by.goto(PAGES[name](community))
    assert faults(passer_by) == []


@pytest.mark.parametrize("script", ["long", "cyrillic", "chinese"])
def test_a_name_of_any_kind_fits(community, passer_by, script):
    event = community.named[script]
    passer_by.goto(event.get_absolute_url())
    found = faults(passer_by)
    passer_by.goto(f"{event.get_absolute_url()}register/")
    found += faults(passer_by)
    passer_by.goto(event.slots.get().talk.get_absolute_url())
    assert found + faults(passer_by) == []


@pytest.mark.parametrize("seat", SEATS)
def test_a_holders_page_is_well(community, passer_by, seat):
    passer_by.goto(community.seats[seat].get_absolute_url())
    assert faults(passer_by) == []


@pytest.mark.parametrize("question", ["cancel", "coming", "confirm"])
def test_a_question_to_the_holder_is_well(community, passer_by, question):
    state = "pending" if question == "confirm" else "going"
    passer_by.goto(f"{community.seats[state].get_absolute_url()}{question}/")
    assert faults(passer_by) == []
