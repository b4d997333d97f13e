"""Scanners open every link of every mail: nothing may follow from it (O10, T62).

Every template of a mail is rendered with facts of rows that exist, so their secret links open; a
new letter is looked at as soon as it is there.
"""

import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from mailings.templatetags.annoyance import annoyed_url
from meetups.models import Wish
from outbox.letters import compose
from people.tokens import SECRET_PATH, unsubscribe_token
from planning.models import Shift
from speakers.models import Offer, Part
from tests.builders import (
    make_call,
    make_event,
    make_follower,
    make_lead,
    make_line,
    make_proposal,
    make_registration,
    make_rehearsal,
    make_series,
    make_slot,
    make_topic,
)
from tests.outbox.everything import FACTS, OTHERWISE
from tests.outbox.test_languages import TEMPLATES

HERE = "http://testserver"
ADDRESS = re.compile(rf"{HERE}(/[^\s\"'<>]*)")
TABLES = """
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name
"""


def seed_of(row):
    return {"seed": row.seed, "hash": row.token_hash}


def digest():
    """One value for everything that the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(
                f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"  # noqa: S608
            )
            found[table] = cursor.fetchone()
    return found


@pytest.fixture
def facts(db):
    """What mails say, with rows behind each of their links."""
    series = make_series("minsk")
    make_line(series, "web")
    event = make_event(series)
    make_topic(series)
    make_rehearsal(event)
    proposal = make_proposal(make_call(series), "reserve")
    part = Part.objects.get(proposal=proposal)
    Offer.objects.offer(make_slot(event, "talk"))
    reader = make_follower(series).member.contact
    wish = Wish.objects.note(series, reader.email, source="form", text_version="1")
    genuine = {
        "series_url": series.public_url,
        "url": event.public_url,
        "call_url": f"{HERE}/series/{series.slug}/talks/",
        "page_url": f"{HERE}/admin/",
        "registration": seed_of(make_registration(event)),
        "part": seed_of(part),
        "lead": seed_of(make_lead(series)),
        "helper": seed_of(Shift.objects.create(event=event, role="host").ask(reader)),
        "wish": seed_of(wish),
        "offer": proposal.offers.get().pk,
        "slug": event.slug,
        "unsubscribe_url": f"{HERE}/u/{unsubscribe_token(reader.pk, series.realm)}/",
    }
    return FACTS | genuine


def links_of(facts):
    """Every address of ours in every mail in every way it can be worded, and who names it."""
    found = {}
    for template in TEMPLATES:
        for otherwise in OTHERWISE:
            own = {name: fact for name, fact in otherwise.items() if name not in {"url"}}
            letter = compose(template, {"text": "", "subject": ""} | facts | own)
            for address in ADDRESS.findall(f"{letter.html}\n{letter.text}"):
                found.setdefault(address.replace("&amp;", "&"), template)
    return found


@pytest.mark.django_db
def test_opening_every_link_of_every_mail_changes_nothing(facts):
    links = links_of(facts)
    links[annoyed_url(facts["unsubscribe_url"]).removeprefix(HERE)] = "mailings/_why_news"
    before = digest()
    opened = {}
    for path in links:
        cache.clear()
        scanner = Client(enforce_csrf_checks=True)
        opened[path] = {scanner.get(path).status_code, scanner.head(path).status_code}
    assert digest() == before
    secret = {path for path in links if SECRET_PATH.search(path)}
    assert {links[path]: path for path in secret if not opened[path] <= {200, 302}} == {}
    kinds = {SECRET_PATH.sub(r"\1…", path) for path in secret}
    assert {"/u/…/", "/u/…/annoyed/", "/follow/confirm/…/", "/registrations/…/cancel/"} <= kinds


def test_a_change_of_one_row_is_seen(db):
    before = digest()
    make_series()
    assert digest() != before
