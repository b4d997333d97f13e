"""What a load balancer and a person on duty are told."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from config import health
from outbox.models import Delivery, Heartbeat
from tests.builders import make_event, make_registration
from tests.urls import addresses

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def answer(client, monkeypatch):
    """What /readyz of a house that has just started says, and with which status."""
    monkeypatch.setattr(health, "STARTED", timezone.now())
    return lambda: (lambda said: (said.status_code, said.json()))(client.get("/readyz"))


def wrong(answer):
    """The parts that are not well."""
    return {name: said for name, said in answer[1].items() if said not in ("ok", True, False)}


def later(**passed):
    return time_machine.travel(timezone.now() + timedelta(**passed), tick=False)


def test_the_process_answers_without_a_database(client):
    said = client.get("/healthz")
    assert (said.status_code, said.content, said["Cache-Control"]) == (
        200,
        b"ok",
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )


@pytest.mark.django_db
def test_a_healthy_house_is_ready(answer):
    assert answer() == (
        200,
        {
            "ready": True,
            "database": "ok",
            "redis": "ok",
            "migrations": "ok",
            "messages": "ok",
            "tick": "ok",
            "channels": "ok",
        },
    )


@pytest.mark.django_db
def test_a_missing_redis_is_named_but_the_house_is_ready(answer, settings):
    settings.REDIS_URL = NOWHERE
    said = answer()
    assert (said[0], said[1]["ready"], wrong(said)) == (200, True, {"redis": "cannot be reached"})


@pytest.mark.django_db
def test_a_message_that_is_due_for_long_makes_it_unready(answer):
    make_registration(make_event()).cancel()
    with later(minutes=4, seconds=59):
        Heartbeat.objects.beat("tick")
        assert answer()[0] == 200
    with later(minutes=5, seconds=1):
        Heartbeat.objects.beat("tick")
        assert wrong(answer()) == {"messages": "the oldest has been due for 301 s"}
        assert answer()[0] == 503


@pytest.mark.django_db
def test_a_day_of_waiting_is_not_taken_for_a_moment(answer):
    make_registration(make_event()).cancel()
    with later(days=1, minutes=6):
        Heartbeat.objects.beat("tick")
        assert wrong(answer()) == {"messages": "the oldest has been due for 86760 s"}


@pytest.mark.django_db
def test_messages_for_later_and_messages_too_late_do_not_count(answer):
    make_registration(make_event()).cancel()
    Delivery.objects.update(not_before=timezone.now() + timedelta(days=2))
    with later(days=1):
        Heartbeat.objects.beat("tick")
        assert wrong(answer()) == {}
    Delivery.objects.update(not_before=timezone.now(), not_after=timezone.now())
    with later(days=1):
        Heartbeat.objects.beat("tick")
        assert wrong(answer()) == {}


@pytest.mark.django_db
def test_a_scheduler_that_stands_still_makes_it_unready(answer):
    Heartbeat.objects.beat("tick")
    with time_machine.travel(max(health.STARTED, timezone.now()) + timedelta(minutes=6)):
        assert wrong(answer()) == {"tick": "no tick for five minutes"}
        assert answer()[0] == 503
        Heartbeat.objects.beat("tick")
        assert answer()[0] == 200


@pytest.mark.django_db
def test_a_migration_that_is_missing_makes_it_unready(answer):
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'registrations'"
            " AND name = '0004_count_guests'"
        )
    said = answer()
    assert (said[0], wrong(said)) == (503, {"migrations": "1 not applied"})


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_gone_makes_it_unready_with_a_sentence(answer, monkeypatch):
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    said = answer()
    monkeypatch.undo()
    connection.close()
    assert said[0] == 503
    assert wrong(said)["database"] == "cannot be reached"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cookie", ["", "session=abcdefghijklmnopqrstuvwxyz0123456789"])
def test_without_a_database_every_page_says_come_back(monkeypatch, cookie):
    paths = addresses(
        slug="x", token="a" * 22, code="a" * 22,
        pk=uuid.uuid4(), name="plain", uidb36="1", key="x-y",
    )  # fmt: skip
    client = Client(raise_request_exception=False)
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    answers = {path: client.get(path, HTTP_COOKIE=cookie) for path in ["/admin/", *paths]}
    monkeypatch.undo()
    connection.close()
    statuses = {path: answer.status_code for path, answer in answers.items()}
    assert {path: said for path, said in statuses.items() if said >= 500 and said != 503} == {}
    assert statuses["/"] == statuses["/events/x/"] == statuses["/events/x/register/"] == 503
    busy = [answers[path] for path, said in statuses.items() if said == 503 and path != "/readyz"]
    assert {answer.headers.get("Retry-After") for answer in busy} == {"5"}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "trace"])
def test_health_is_only_read(client, path, method):
    assert getattr(client, method)(path).status_code == 405
