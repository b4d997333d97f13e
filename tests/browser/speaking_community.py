"""Calls, proposals in every state, and what belongs to them, for those who only look at pages."""

from datetime import time, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from speakers.models import Comment, Offer, Proposal, Rehearsal, Remark, Review
from speakers.proved import SPEAKER
from speakers.slides import add_version
from tests.builders import (
    make_call,
    make_contact,
    make_event,
    make_lead,
    make_proposal,
    make_registration,
    make_slot,
    make_topic,
    make_voices,
)
from tests.speakers.pdfs import PDF

TEXT = "What an index *is*, and why yours is not used.\n\n- a plan\n- a `query`\n"


def cookies_of(contact):
    """The cookies of a speaker who has shown that the address is hers."""
    client = Client()
    session = client.session
    session[SPEAKER] = contact.pk
    session.save()
    return {name: cookie.value for name, cookie in client.cookies.items()}


def add_speakers(here, long):
    """Everything about talks, beside the evenings that are there already."""
    here.call = make_call(
        here.series, title="Talks wanted", scope=TEXT, who_decides="Olga and two reviewers"
    )
    here.dated_call = make_call(
        here.series, title="For one evening", event=here.bare,
        closes_on=timezone.localdate() + timedelta(days=9),
    )  # fmt: skip
    here.wide_call = make_call(here.wide, title=long, scope=long, who_decides=long)
    here.ada = make_contact("ada@example.org", "Ada Lovelace")
    here.speaker = cookies_of(here.ada)
    here.newcomer = cookies_of(make_contact("new@example.org", "Nina New"))
    here.proposals = {}
    _answers(here)
    _evenings(here, long)
    _preparation(here)
    _afterwards(here)
    _free_place(here)
    _marks(here)
    _scouting(here, long)


def _make(here, name, state, **fields):
    call = fields.pop("call", here.call)
    fields = {"title": name.capitalize(), "abstract": TEXT, "contact": here.ada} | fields
    here.proposals[name] = make_proposal(call, state, **fields)
    return here.proposals[name]


def _answers(here):
    for state in ("draft", "submitted", "accepted", "reserve", "withdrawn"):
        _make(here, state, state, is_first_talk=True, notes="Not in May.", notice_days=2)
    late = _make(here, "late", "submitted")
    Proposal.objects.filter(pk=late.pk).update(answer_by=timezone.localdate() - timedelta(days=3))
    _make(here, "declined", "submitted").decline("We had this in spring.")
    here.proposals["declined"].release()
    _make(here, "decided, not told", "submitted").accept()


def _evenings(here, long):
    _make(here, "offered", "accepted", slot=make_slot(here.both, "talk"))
    _make(here, "confirmed", "confirmed", slot=make_slot(here.next, "talk"))
    here.given_on = make_event(here.series, title="Of last month")
    _make(here, "given", "confirmed", slot=make_slot(here.given_on, "talk"))
    here.seats["of a given talk"] = make_registration(here.given_on)
    here.given_on.date -= timedelta(days=50)
    here.given_on.save()
    _make(here, "with a long title", "confirmed", call=here.wide_call, title=long[:150],
          abstract=long, slot=make_slot(make_event(here.wide, title=long), "talk"))  # fmt: skip


def _preparation(here):
    proposal = here.proposals["confirmed"]
    part, talk = proposal.parts.get(), proposal.talk
    draft = add_version(part, talk, SimpleUploadedFile("slides.pdf", PDF))
    Comment.objects.write(talk, "Fewer words on page one.", draft, user=here.owner)
    Comment.objects.write(talk, "You are right.", draft, part=part)
    for days in (3, 5):
        here.rehearsal = Rehearsal.objects.create(
            event=here.next, date=here.next.date - timedelta(days=days), time=time(18),
            place="Space, Hall", with_whom="Olga",
        )  # fmt: skip
    here.rehearsal.book(talk)
    proposal.consent(part, "public", "CC BY 4.0")


def _afterwards(here):
    talk = here.proposals["given"].talk
    talk.video_url, talk.summary = "https://video.example.org/2", TEXT
    talk.save()
    Remark.objects.create(talk=talk, liked="The pictures.", wished="Slower.")


def _free_place(here):
    _make(here, "second reserve", "reserve")
    here.place = make_slot(here.full, "talk")
    Offer.objects.offer(here.place)
    here.offer = Offer.objects.asked().get()
    here.proposals["asked"] = here.offer.proposal


def _marks(here):
    review = Review.objects.create(
        proposal=here.proposals["submitted"], user=here.owner, comment="I would come."
    )
    review.give(dict.fromkeys(here.call.criteria.all(), 4))


def _scouting(here, long):
    for number, title in enumerate(["Slow queries", "Typing", long]):
        topic = make_topic(here.series, title[:150], text=TEXT)
        for audience in ("beginners", "data", long[:40])[: number + 1]:
            make_voices(topic, 4 - number, audience)
    make_topic(here.series, "A wish of a guest", shown_at=None)
    here.lead = make_lead(here.series, name="Grace Hopper", about="Compilers", topic=topic)
    make_lead(here.series, name=long, email="", notes=TEXT)
