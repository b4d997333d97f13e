"""Charts of who comes, sources with their codes, and the contact book, looked at with care."""

from datetime import timedelta

import pytest

from meetups.models import Cycle, Organizer, Partner
from tests.browser.looking import faults
from tests.builders import make_contact, make_event, make_registration, make_series

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGES = {
    "many evenings": "series/{series}/attendance/",
    "one evening": "series/{short}/attendance/",
    "no evening": "series/{new}/attendance/",
    "sources": "series/{series}/sources/",
    "no source": "series/{new}/sources/",
    "sources of an evening": "event/{event}/sources/",
    "a text to announce it": "event/{event}/announcement/",
    "links of a source": "partner/{partner}/change/",
    "contact book": "member/quick/?series={series}",
    "empty contact book": "member/quick/?series={new}",
}


@pytest.fixture(scope="module")
def numbers(community, django_db_blocker):
    """Evenings of more than two years: some without a list, two in a cycle, one only counted."""
    with django_db_blocker.unblock():
        series, short, new = make_series("n", name="Numbers", hue=150), make_series(), make_series()
        for one in [series, short, new]:
            Organizer.objects.create(series=one, user=community.owner, role="owner")
        partner = Partner.objects.create(series=series, name="PyCon stage", kind="stage")
        event = make_event(series)
        link, _any = partner.links.create(event=event, opened=40), partner.links.create(opened=7)
        people = [make_contact() for _each in range(9)]
        for n in range(27):
            _evening(series, n, people, link)
        _evening(short, 0, people[:3], None)
        series.members.filter(contact=people[0]).update(tags="Rust")
    return {
        "series": series.pk, "short": short.pk, "new": new.pk, "event": event.pk,
        "partner": partner.pk,
    }  # fmt: skip


def _evening(series, n, people, link):
    cycle = Cycle.objects.get_or_create(series=series, name="Two zones")[0] if n in {2, 3} else None
    ago, counted = timedelta(days=-10 - 30 * n), 14 if n == 6 else None
    event = make_event(series, starts_in=ago, cycle=cycle, came=counted)
    for place, contact in enumerate(people):
        came = None if n in {4, 6} else (place * 7 + n) % (place + 2) < 2
        make_registration(event, contact=contact, came=came, link=link if place < 2 else None)
    make_registration(event, came=None if n in {4, 6} else True, source="walk-in")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well(numbers, desk, name):
    desk.goto(f"/admin/meetups/{PAGES[name].format(**numbers)}")
    assert faults(desk) == []
