"""Every address about messages, out of the site's own table: for its organizers, nobody else."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import get_resolver

from mailings.models import Digest, PhoneCall, ReminderPlan, Rest, Wave
from outbox.models import Cap, Delivery
from tests.admin.conftest import CANARY
from tests.admin.pages import things
from tests.urls import filled, routes

TABLES = [Wave, Digest, Rest, Cap, Delivery, ReminderPlan, PhoneCall, LogEntry]
PAGES = ("/messages/", "/calls/", "/reminders/")
SAID = {"post": "yes", "turn": "off", "sure": "on", "contact": "1", "seen": "0", "outcome": "comes"}
# Numbers, words and bytes that no page has asked for.
ODD = ["0", "-1", "²", "1e9", "9" * 40, "\x00", "x" * 10_000, "'; --", "{name}"]
ASKED = ["p", "page", "q", "state", "reason", "via", "person", "as", "in", "wave", "who", "event"]


def about_messages(route):
    return route.startswith(("admin/mailings/", "admin/outbox/")) or route.endswith(PAGES)


def addresses(world):
    """Each address of one thing of this world, except Django's that only leads to another."""
    for route in routes(get_resolver()):
        is_about_one = "<" in route and not route.endswith("<path:object_id>/")
        if not (route.startswith("admin/") and about_messages(route) and is_about_one):
            continue
        thing = things(world).get("/".join(route.split("/")[1:3]))
        if "calls/" in route or thing:
            pk = thing.pk if thing else world.event.pk
            ids = dict.fromkeys(["object_id", "wave_id", "digest_id"], pk)
            yield filled(route, ids | {"event_id": world.event.pk, "kind": "eve"})


def rows():
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


def test_another_series_has_no_messages_and_no_verb_on_them(client, ours, theirs):
    before, found = rows(), [*addresses(theirs)]
    assert len(found) > 30
    for url in found:
        for answer in [client.get(url), client.post(url, SAID)]:
            assert answer.status_code in {403, 404}, url
            assert CANARY not in answer.content.decode(), url
    assert rows() == before


@pytest.mark.parametrize("role", ["reviewer", "door"])
def test_who_helps_otherwise_has_nothing_to_do_with_messages(as_role, ours, role):
    browser, before = as_role(role), rows()
    for url in addresses(ours):
        for answer in [browser.get(url), browser.post(url, SAID)]:
            assert answer.status_code in {403, 404}, url
    assert rows() == before


def test_looking_changes_nothing(client, ours):
    before = rows()
    for url in addresses(ours):
        assert client.get(url).status_code in {200, 403}, url
    assert rows() == before


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_question_breaks_a_page(client, ours, odd):
    for url in addresses(ours):
        assert client.get(url, dict.fromkeys(ASKED, odd)).status_code < 500, url


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_form_breaks_a_page(client, ours, odd):
    names = ["day", "at", "subject", "text", "words", "days_before", "audience", "channel", "line"]
    names += ["most", "days", "contact", "seen", "outcome", "note", "annoyed", "turn", "event"]
    for url in addresses(ours):
        assert client.post(url, dict.fromkeys(names, odd)).status_code < 500, url


@pytest.mark.parametrize("pk", ["0", "9" * 19, "9" * 40])
def test_what_never_was_is_not_there(client, ours, pk):
    for page in ["people", "preview", "letter", "release", "send", "again", "change"]:
        assert client.get(f"/admin/mailings/wave/{pk}/{page}/", follow=True).status_code in {
            200, 404,
        }, page  # fmt: skip
    for page in ["preview", "letter", "held", "send", "trial"]:
        assert client.get(f"/admin/mailings/digest/{pk}/{page}/").status_code == 404, page
    for page in ["messages", "calls", "reminders/eve", "reminders/half_day"]:
        assert client.get(f"/admin/meetups/event/{pk}/{page}/").status_code == 404, page
