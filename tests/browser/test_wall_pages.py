"""The pages around the door: links, lists, tickets, the code on the wall and the circles."""

from datetime import timedelta

import pytest

from registrations.circles.rounds import make_round, start_round
from registrations.door.taking import Told, take
from registrations.models import DoorKey, Scan
from registrations.on_the_wall.arriving import mix
from tests.browser.looking import faults
from tests.builders import make_contact, make_event, make_registration

pytestmark = pytest.mark.browser

NAMES = [
    "Ada Lovelace",
    "Boris Ivanov",
    "Chen Wei",
    "Dora Novak",
    "Emil Kask",
    "Farida Aliyeva",
    "Goran Petrović",
    "Hanna Shevchenko",
    "Ivan Ivanov-Krasnogorsky",
    "Jana Malá",
    "Kofi Mensah",
    "Lin Li",
    "Maryam Karimi",
]


@pytest.fixture(scope="module")
def evening(community, django_db_blocker):
    """An evening that has begun, with circles; the first guest may look at hers."""
    here = community
    with django_db_blocker.unblock():
        event = make_event(here.series, timedelta(minutes=-20), title="Small models", capacity=80)
        seats = [make_registration(event, contact=make_contact(name=name)) for name in NAMES]
        here.expected = make_registration(event, contact=make_contact(name="Vera Late"), guests=2)
        here.keys = {kind: DoorKey.objects.make(event, kind, "Entrance") for kind in DoorKey.Kind}
        DoorKey.objects.make(event, DoorKey.Kind.DOOR, "Side door").end()
        take(event, [Told(Scan.Kind.NAME, registration=seat.pk) for seat in [*seats, seats[0]]])
        for seat in seats[:-1]:
            mix(seat, True)
        make_round(event)
        start_round(event)
        here.mixing, here.asked, here.begun = seats[0], seats[-1], event
    return here


def key(kind):
    return lambda here: here.keys[kind].get_absolute_url()


PAGES = {
    "guest list": key(DoorKey.Kind.LIST),
    "wall": key(DoorKey.Kind.WALL),
    "screen": key(DoorKey.Kind.CIRCLES),
    "ticket": lambda here: f"/t/{here.expected.ticket}/",
    "ticket, checked in": lambda here: f"/t/{here.asked.ticket}/",
    "circle": lambda here: f"{here.mixing.get_absolute_url()}circle/",
}
DESK = {"door": "door", "circles": "circles"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_page_at_the_entrance_is_well(evening, passer_by, name):
    passer_by.goto(PAGES[name](evening))
    assert faults(passer_by) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", DESK)
def test_the_organizers_page_is_well(evening, desk, name):
    desk.goto(f"/admin/meetups/event/{evening.begun.pk}/{name}/")
    assert faults(desk) == []


def test_the_screen_counts_down_and_shows_the_next_round_by_itself(guest):
    event = make_event(starts_in=timedelta(minutes=-20))
    for name in NAMES:
        seat = make_registration(event, contact=make_contact(name=name))
        take(event, [Told(Scan.Kind.NAME, registration=seat.pk)])
        mix(seat, True)
    make_round(event)
    start_round(event)
    guest.goto(DoorKey.objects.make(event, DoorKey.Kind.CIRCLES).get_absolute_url())
    assert guest.locator("[data-timer-left]").inner_text().startswith("0:")
    make_round(event)
    guest.get_by_role("heading", name="Circles, round 2").wait_for(timeout=10_000)
    guest.goto("/")  # it would go on asking for an evening that the next test does not have


LONGEST = "Maximiliana-Konstantinopolskaya Schwarzenberg"
SEEN = """() => {
  const {innerWidth: wide, innerHeight: high} = window;
  const inside = (node) => {
    const {left, top, right, bottom} = node.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= wide + 1 && bottom <= high + 1;
  };
  const parts = [...document.querySelectorAll(".screen-head, .circle li, .circle-script li")];
  const within = (li) => {
    const box = li.closest(".circle").getBoundingClientRect();
    return li.getBoundingClientRect().bottom <= box.bottom + 1;
  };
  return {
    names: document.querySelectorAll(".circle li").length,
    scrolls: document.documentElement.scrollHeight > high,
    out: parts.filter((one) => !inside(one)).map((one) => one.textContent),
    cut: [...document.querySelectorAll(".circle li")].filter((li) => !within(li)).length,
    least: Math.min(...parts.slice(1).map((one) => parseFloat(getComputedStyle(one).fontSize))),
  };
}"""
PROJECTORS = [(1440, 900), (1920, 1080), (1280, 720)]


@pytest.mark.parametrize("everybody", [False, True])
@pytest.mark.parametrize("crowd", [8, 24, 60, 150])
def test_the_screen_shows_every_name_without_scrolling(guest, crowd, everybody):
    event = make_event(starts_in=timedelta(minutes=-20))
    for number in range(crowd):
        name = LONGEST if number == 5 else NAMES[number % len(NAMES)]
        make_registration(event, contact=make_contact(name=name), mixes=True)
    event.registrations.update(came=True, arrived_at=event.starts_at)
    make_round(event, everybody=everybody)
    start_round(event)
    guest.goto(DoorKey.objects.make(event, DoorKey.Kind.CIRCLES).get_absolute_url())
    for width, height in PROJECTORS:
        guest.set_viewport_size({"width": width, "height": height})
        seen = guest.evaluate(SEEN)
        assert seen.pop("least") >= height / 50
        assert seen == {"names": crowd, "scrolls": False, "out": [], "cut": 0}
    guest.goto("/")
