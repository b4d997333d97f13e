"""Erasing a person: nothing of her is left anywhere, what is counted stays (T72)."""

import logging
import os
import subprocess
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q

from config.invariants import INVARIANTS
from config.postgres import _packaged_postgres
from meetups.models import Event, Member
from outbox.engine import Sender
from outbox.kept import KeptTransport
from outbox.models import Delivery, Suppression
from people.holdings import ERASED, erase
from people.models import Contact, User
from registrations.models import Registration
from speakers.models import Proposal, Speaker
from tests.builders import make_contact, make_event, make_organizer, make_registration
from tests.forgotten import EMAIL, MARKS, NAME, PHONE, Canary

pytestmark = pytest.mark.django_db
# What pg_dump is to see has to be committed.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def canary(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Canary()


def dumped():
    """The whole database, as pg_dump writes it."""
    place = connection.settings_dict
    environ = {**os.environ, "PGPASSWORD": place["PASSWORD"] or ""}
    where = ["-h", place["HOST"], "-p", str(place["PORT"] or 5432), "-U", place["USER"]]
    program = str(_packaged_postgres() / "bin" / "pg_dump")
    done = subprocess.run(
        [program, *where, place["NAME"]], env=environ, capture_output=True, text=True, check=True
    )
    return done.stdout


def in_redis():
    """Every key and value."""
    server = redis.Redis.from_url(settings.REDIS_URL)
    found = []
    for key in server.scan_iter("*"):
        found += [key, server.dump(key) or b""]
    return b"\n".join(found).decode("utf-8", "replace")


def in_media():
    files = [file for file in Path(settings.MEDIA_ROOT).rglob("*") if file.is_file()]
    return "\n".join(f"{file.name} {file.read_bytes()!r}" for file in files)


def marks_in(text):
    """What of hers is left, with the lines it stands in."""
    lines = text.lower().splitlines()
    found = {mark: [line for line in lines if mark.lower() in line] for mark in MARKS}
    return {mark: lines for mark, lines in found.items() if lines}


def numbers():
    """Who came, by evening and by month, as every page of statistics counts it."""
    by_event = Registration.objects.values("event", "came", "mode", "source", "guests")
    by_month = Registration.objects.values("created_at__month").annotate(n=Count("pk"))
    past = Q(event__title__isnull=False, event__ends_at__lt=Event.objects.latest("pk").starts_at)
    came = by_event.filter(past).annotate(n=Count("pk"), people=Count("contact", distinct=True))
    return sorted(map(str, came.order_by())), sorted(map(str, by_month.order_by()))


@committed
def test_no_trace_of_an_erased_person_is_left_anywhere(canary, client, caplog):
    cache.clear()
    caplog.set_level(logging.INFO)
    form = {"name": NAME, "email": EMAIL, "mode": "onsite"}
    client.post(f"/events/{canary.to_come.slug}/register/", form)  # counted in Redis
    assert len(marks_in(dumped())) == len(MARKS)
    assert marks_in(in_media())
    caplog.clear()

    answer = client.post(f"/registrations/{canary.old.token}/erase/", {"sure": "on"})

    assert answer.status_code == 200
    assert marks_in(dumped()) == {}
    assert marks_in(in_media()) == {}
    assert marks_in(in_redis()) == {}
    assert marks_in(caplog.text) == {}
    assert [row for _name, check in INVARIANTS for row in check()] == []


def test_what_is_counted_stays_the_same(canary):
    before = numbers()
    erase(canary.contact)
    assert numbers() == before
    assert Registration.objects.get(pk=canary.old.pk).came is True


def test_her_seat_to_come_goes_to_the_next_in_line_first(canary):
    erase(canary.contact)
    canary.heir.refresh_from_db()
    assert canary.heir.state == "going"
    assert Registration.objects.get(pk=canary.next.pk).state == "cancelled"


def test_a_given_talk_stays_by_somebody_who_asked_to_be_forgotten(canary, client):
    erase(canary.contact)
    page = client.get(f"/events/{canary.past.slug}/").content.decode()
    assert "A speaker who asked to be forgotten" in page
    assert canary.talk.title in page
    assert Speaker.objects.get().photo.name == ""
    assert Proposal.objects.exclude(talk=canary.talk).get().state == "withdrawn"


def test_nothing_leaves_to_her_any_more_however_she_comes_back(canary):
    erase(canary.contact)
    event = make_event(canary.series)
    again = Contact.objects.for_email(EMAIL.upper(), NAME)
    Member.objects.create(series=canary.series, contact=again)
    Registration.objects.register(event, again, by_organizer=True)
    assert Delivery.objects.filter(contact=again).count() == 1

    Sender(KeptTransport()).run()

    assert set(Delivery.objects.filter(contact=again).values_list("state", flat=True)) == {
        "suppressed"
    }
    sent_to_her = Delivery.objects.filter(
        Q(address__iexact=EMAIL) | Q(address__endswith=ERASED), state="sent"
    )
    assert sent_to_her.exclude(key="canary").count() == 0


def test_who_comes_back_by_her_own_form_is_written_to_again(canary, client):
    erase(canary.contact)
    assert Suppression.objects.covering(EMAIL).get().reason == "erased"
    form = {"name": NAME, "email": EMAIL, "mode": "onsite"}
    event = make_event(canary.series)
    client.post(f"/events/{event.slug}/register/", form)
    assert not Suppression.objects.covering(EMAIL).exists()
    assert Suppression.objects.covering(PHONE).exists()


def test_the_page_says_what_goes_and_asks_for_one_tick(canary, client):
    url = f"/registrations/{canary.old.token}/erase/"
    page = client.get(url)
    assert canary.to_come.title in page.content.decode()
    assert page["Cache-Control"].count("no-store")
    assert client.post(url).status_code == 200
    assert Contact.objects.filter(email=EMAIL).exists()
    assert client.post(url, {"sure": "on"}).status_code == 200
    assert client.get(url).status_code == 404
    assert client.get(f"/registrations/{canary.next.token}/").status_code == 404


def test_an_organizer_hands_over_first(canary, client):
    make_organizer(canary.series, email="someone.else@example.org")
    canary.series.organizers.create(user=canary.user, role="organizer")
    url = f"/registrations/{canary.old.token}/erase/"
    answer = client.post(url, {"sure": "on"})
    assert canary.series.name in answer.content.decode()
    assert User.objects.filter(email=EMAIL).exists()


def test_erasing_twice_changes_nothing(canary):
    erase(canary.contact)
    rows = [Contact.objects.order_by("pk"), Delivery.objects.order_by("pk")]
    before = [list(found.values()) for found in rows]
    erase(canary.contact)
    assert [list(found.all().values()) for found in rows] == before


def test_a_namesake_keeps_her_name_and_a_longer_address_stays_whole(canary):
    namesake = make_contact(name=NAME)
    neighbour = make_contact(f"x{EMAIL}".lower())
    erase(canary.contact)
    assert Contact.objects.get(pk=namesake.pk).name == NAME
    assert Contact.objects.get(pk=neighbour.pk).email == f"x{EMAIL}".lower()
    # What organizers wrote may mean the namesake.
    assert NAME.upper() in Event.objects.get(pk=canary.past.pk).recap


@committed
def test_an_organizer_erases_a_person_who_asked_by_letter(client, canary):
    owner = make_organizer(canary.series)
    client.force_login(owner)
    member = Member.objects.get(contact=canary.contact)
    url = f"/admin/meetups/member/{member.pk}/erase/"
    assert "Erase this person" in client.get(url).content.decode()
    answer = client.post(url, {"sure": "on"})
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    assert marks_in(dumped()) == {}
    assert LogEntry.objects.filter(user=owner, change_message__contains="forgotten").exists()


def test_who_is_known_to_another_series_is_not_one_series_to_erase(client, canary):
    elsewhere = make_event()
    make_registration(elsewhere, contact=canary.contact)
    client.force_login(make_organizer(canary.series))
    member = Member.objects.get(contact=canary.contact, series=canary.series)
    answer = client.post(f"/admin/meetups/member/{member.pk}/erase/", {"sure": "on"})
    assert "Other series know this person too" in answer.content.decode()
    assert Contact.objects.filter(email=EMAIL).exists()
