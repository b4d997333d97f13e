"""The page "How many will come", looked at with care: to come, too few, a draft, and afterwards."""

from datetime import timedelta

import pytest

from meetups.models import Organizer
from registrations.models import Forecast
from tests.browser.looking import faults
from tests.builders import (
    make_event,
    make_follower,
    make_registration,
    make_series,
    make_venue,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

PAGES = ["coming", "few", "draft", "over"]


@pytest.fixture(scope="module")
def evenings(community, django_db_blocker):
    """A series with a past, and an evening in each standing."""
    with django_db_blocker.unblock():
        series = make_series("forecast", name="Forecasts", hue=150)
        Organizer.objects.create(series=series, user=community.owner, role="owner")
        past = [_evening(series, -30 * n, 11 + n, came=came) for n, came in ((3, 6), (2, None))]
        over = _evening(series, -10, 20, came=8)
        for days, low, high in ((7, 3, 9), (1, 5, 10)):
            Forecast.objects.create(
                event=over, schedule_rev=0, days_before=days, registered=18, low=low,
                expected=7, high=high,
            )  # fmt: skip
        room = make_venue().rooms.get()
        coming = _evening(series, 6, 25, venue=room.venue, room=room, mode="both", capacity=80)
        make_registration(coming, "waiting", needs_approval=True)
        few, draft = _evening(series, 9, 6), _evening(series, 60, 0, status="draft")
        make_follower(series)
        assert past
    return {"coming": coming.pk, "few": few.pk, "draft": draft.pk, "over": over.pk}


def _evening(series, days, people, **fields):
    event = make_event(series, timedelta(days=days), **fields)
    for n in range(people):
        make_registration(event, coming_at=event.starts_at if n % 4 == 0 else None)
    return event


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well(evenings, desk, name):
    desk.goto(f"/admin/meetups/event/{evenings[name]}/forecast/")
    assert faults(desk) == []
