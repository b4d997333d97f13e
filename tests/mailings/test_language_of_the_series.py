"""Of whom we know no language is written to in that of the series, whatever the message."""

from datetime import UTC, datetime

import pytest
import time_machine

from mailings.digests import advance_digests
from mailings.models import Reminder
from mailings.sending import start_due
from mailings.trial import language_of, letter_to
from outbox.models import Delivery
from tests.builders import (
    make_contact,
    make_event,
    make_follower,
    make_registration,
    make_series,
    make_wave,
)

pytestmark = pytest.mark.django_db

# Ten in the morning in Minsk, the day of the digest.
DUE = datetime(2026, 12, 1, 7, tzinfo=UTC)
# By the name of each person: one whose language we know, one of whom we know none.
SPOKEN = {"ada@x.org": "fr", "olga@x.org": "ru"}


@pytest.fixture
def clock():
    with time_machine.travel(DUE, tick=False) as clock:
        yield clock


@pytest.fixture
def event(clock):
    series = make_series(language="ru", digest_day=1)
    return make_event(series, starts="2026-12-10T19:00")


def people():
    return make_contact("ada@x.org", language="fr"), make_contact("olga@x.org", language="")


def written(template):
    rows = Delivery.objects.filter(template=template)
    return dict(rows.values_list("address", "language"))


def test_an_invitation(event):
    for contact in people():
        make_follower(event.series, contact)
    wave = make_wave(event)
    start_due()
    assert written("mailings/invitation") == SPOKEN
    assert language_of(person("olga"), wave) == "Русский"
    assert "Здравствуйте" in letter_to(wave, person("olga")).text


def person(name):
    return Delivery.objects.get(address=f"{name}@x.org").contact


def test_a_digest(event):
    for contact in people():
        make_follower(event.series, contact)
    advance_digests()
    assert written("mailings/digest") == SPOKEN


def test_a_reminder_and_what_is_told_of_a_move(event, clock):
    for contact in people():
        make_registration(event, contact=contact)
    clock.move_to(datetime(2026, 12, 9, 15, tzinfo=UTC))
    Reminder.objects.plan_due()
    assert written("mailings/eve") == SPOKEN
    event.move(day=event.date.replace(day=17))
    assert written("meetups/moved") == SPOKEN
