"""Invitations through the real sender to a real SMTP server: once, and not to guests (O1, O2)."""

import pytest
from django.db import connection

from mailings.sending import start_due
from outbox.engine import Sender
from outbox.models import Delivery
from registrations.models import Registration
from tests.builders import make_contact, make_event, make_follower, make_series, make_wave
from tests.outbox.conftest import send
from tests.threads import in_threads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def invitation(series, people=1):
    """A released invitation that is due, to so many followers; at once, so also at night."""
    for _each in range(people):
        make_follower(series)
    return make_wave(make_event(series), at_once=True)


def register_all(event, series):
    for member in series.members.all():
        Registration.objects.register(event, member.contact)


def news():
    return Delivery.objects.filter(message_class="promotional")


def test_the_task_run_twice_by_three_sends_once(start_sink):
    sink = start_sink()
    invitation(make_series(), people=20)
    in_threads(3, lambda _number: (start_due(), start_due()))
    in_threads(3, lambda _number: send())
    assert len(sink.accepted()) == len(set(sink.accepted())) == 20
    assert set(news().values_list("state", flat=True)) == {"sent"}


def test_who_registers_between_planning_and_sending_gets_no_invitation(start_sink):
    sink = start_sink()
    series = make_series()
    wave = invitation(series)
    assert start_due() == 1
    register_all(wave.event, series)
    send()
    assert news().get().state == "cancelled"
    assert news().get().message_id not in sink.accepted()


def test_nor_who_registers_when_a_sender_has_already_claimed_it(start_sink):
    sink = start_sink()
    series = make_series()
    wave = invitation(series)
    start_due()
    sender = Sender()
    claim = sender.fence.claim

    def claim_then_register(number):
        claimed = claim(number)
        if claimed:
            assert news().get().state == "claimed"
            sender.fence.claim = claim
            register_all(wave.event, series)
        return claimed

    sender.fence.claim = claim_then_register
    sender.run()
    assert news().get().state == "cancelled"
    assert news().get().message_id not in sink.accepted()


def test_a_second_campaign_of_the_same_day_reaches_nobody_twice(start_sink):
    sink = start_sink()
    person, waves = make_contact(), []
    for _each in range(2):
        series = make_series()
        make_follower(series, contact=person)
        waves.append(make_wave(make_event(series), at_once=True))
        start_due()
        send()
    waves[1].refresh_from_db()
    assert (len(sink.accepted()), waves[1].held) == (1, 1)


def test_paused_on_its_way_nothing_more_leaves_until_it_is_resumed(start_sink):
    sink = start_sink()
    wave = invitation(make_series(), people=5)
    start_due()
    assert wave.pause() == 5
    send()
    assert sink.accepted() == []
    wave.resume()
    send()
    assert len(sink.accepted()) == 5
    assert wave.is_out()


def test_a_wave_with_the_database_alone_takes_no_second_row_for_a_person():
    """The key names the wave, its schedule and the person: PostgreSQL itself holds the line."""
    wave = invitation(make_series())
    start_due()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE mailings_wave SET state = 'released' WHERE id = %s", [wave.pk])
    start_due()
    assert news().count() == 1
