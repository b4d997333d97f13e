from types import SimpleNamespace

import pytest
from django.test import Client

from mailings.models import Digest, Rest
from meetups.admin.delivery import realm_of
from meetups.models import Partner
from outbox.models import Cap
from registrations.models import Feedback, Question, Registration
from speakers.models import Offer
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_lead,
    make_line,
    make_member,
    make_organizer,
    make_proposal,
    make_rehearsal,
    make_series,
    make_slot,
    make_talk,
    make_topic,
    make_venue,
    make_voices,
)

CANARY = "zebrafish"


def a_world(word: str) -> SimpleNamespace:
    """A series with one of everything, the word in every text of it."""
    series = make_series(slug=word, name=f"{word} series", description=word)
    user = make_organizer(series, email=f"{word}@example.org", name=f"{word} organizer")
    venue = make_venue(name=f"{word} venue", rooms=[f"{word} room"], notes=word, host_name=word)
    series.venues.add(venue)
    line = make_line(series, slug=word)
    event = make_event(series, title=f"{word} evening", venue=venue, capacity=1, line=line)
    talk = make_talk(event, f"{word} talk", [f"{word} speaker"])
    contact = make_contact(f"guest-{word}@example.org", f"{word} guest")
    registration = Registration.objects.register(event, contact)
    waiting = Registration.objects.register(
        event, make_contact(f"late-{word}@example.org", f"{word} late")
    )
    call = make_call(series, title=f"{word} call", scope=word, who_decides=word)
    proposer = make_contact(f"proposer-{word}@example.org", f"{word} proposer")
    proposal = make_proposal(call, "reserve", proposer, title=f"{word} idea", abstract=word)
    slot = make_slot(event, "talk", f"{word} slot")
    Offer.objects.offer(slot)
    topic = make_topic(series, f"{word} topic", text=word)
    make_voices(topic, audience=word)
    lead = make_lead(
        series, name=f"{word} lead", email=f"lead-{word}@example.org", topic=topic, notes=word
    )
    return SimpleNamespace(
        series=series,
        user=user,
        venue=venue,
        room=venue.rooms.get(),
        line=line,
        event=event,
        talk=talk,
        slot=slot,
        call=call,
        proposal=proposal,
        lead=lead,
        topic=topic,
        rehearsal=make_rehearsal(event, place=word, with_whom=word, notes=word),
        offer=proposal.offers.get(),
        speaker=talk.speakers.get(),
        contact=contact,
        registration=registration,
        waiting=waiting,
        member=series.members.get(contact=contact),
        partner=a_partner(event, word),
        digest=Digest.objects.create(series=series, period="2026-12", words=word),
        rest=Rest.objects.create(series=series, line=line, channel="sms", asked=12, annoyed=6),
        cap=Cap.objects.create(realm=series.realm, channel="email", most=2, days=7),
        question=a_question(registration, word),
        delivery=contact.deliveries.get(realm=realm_of(series.pk)),
    )


def a_partner(event, word: str) -> Partner:
    partner = Partner.objects.create(series=event.series, name=f"{word} partner", note=word)
    partner.links.create(event=event)
    return partner


def a_question(seat: Registration, word: str) -> Question:
    """Asked and answered, with her words on the evening beside it."""
    question = Question.objects.create(
        series=seat.event.series, text=f"{word} question", choices=word, help=word
    )
    question.answers.create(contact=seat.contact, value=[word])
    Feedback.objects.create(registration=seat, evening=4, words=word, room_words=word)
    return question


@pytest.fixture
def ours(db):
    """Series A, run by the person behind `client`."""
    return a_world("antelope")


@pytest.fixture
def theirs(db):
    """Series B: whatever holds the canary is none of A's business."""
    return a_world(CANARY)


@pytest.fixture
def client(ours):
    browser = Client()
    browser.force_login(ours.user)
    return browser


@pytest.fixture
def as_role(ours):
    """A browser signed in as somebody with this role in series A."""

    def sign_in(role: str) -> Client:
        browser = Client()
        browser.force_login(make_organizer(ours.series, role=role))
        return browser

    return sign_in


@pytest.fixture
def somebody(ours):
    return make_member(ours.series)
