"""The tick: what is due is done, whatever a bad row does to one of its steps."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.utils import OperationalError

from config.tick import STEPS, tick
from meetups.models import Event
from outbox.models import Delivery, Heartbeat
from tests.builders import make_event, make_registration

pytestmark = pytest.mark.django_db


def test_a_bad_row_of_one_evening_costs_no_other_its_reminder(caplog):
    broken = make_event(starts_in=timedelta(days=5))
    event = make_event(starts_in=timedelta(hours=5))  # its eve has struck, whatever the hour
    make_registration(event)
    Event.objects.filter(pk=broken.pk).update(zone="Nowhere/At all")

    done = tick()

    assert "times recomputed" not in done
    assert "The tick could not do this: times recomputed" in caplog.text
    assert set(done) == set(STEPS) - {"times recomputed"}
    assert done["reminders written"] == 1
    assert Delivery.objects.get().template == "mailings/eve"
    assert Heartbeat.objects.filter(name="tick").exists()


def test_an_idle_tick_does_nothing():
    assert set(tick().values()) == {0}
    call_command("tick")


def test_without_a_database_there_is_no_sign_of_life(monkeypatch):
    def gone():
        raise OperationalError("the database is gone")

    monkeypatch.setitem(STEPS, "codes forgotten", gone)

    with pytest.raises(OperationalError):
        tick()
    assert not Heartbeat.objects.exists()
