"""Who speaks in the sample, and who decides: proposals in every state, reviews, people to ask."""

import datetime as dt
import json
from typing import Any

from django.utils import timezone

from config.sample.building import HERE, address
from meetups.models import Event, Series, Slot
from outbox.models import Delivery
from people.models import Contact, User
from speakers.models import (
    Call,
    Lead,
    Proposal,
    Rehearsal,
    Review,
    Speaker,
    Step,
    Talk,
    Topic,
    Voice,
)
from speakers.states import State

Told = dict[str, Any]


def load_speakers() -> None:
    """Everything of the file; what the verbs would write to its invented people is not kept.

    Runs in the transaction of the loading, so nobody can send what is taken away here.
    """
    told: Told = json.loads((HERE / "speakers.json").read_text())
    for email, name in told["team"].items():
        User.objects.filter(email=email).update(name=name)
    made = [_proposal(proposal) for proposal in told["proposals"]]
    abouts = [f"proposal:{proposal.pk}" for proposal in made]
    Delivery.objects.filter(about__in=abouts).delete()
    for topic in told["topics"]:
        _topic(topic)
    for lead in told["leads"]:
        _lead(lead)
    for rehearsal in told["rehearsals"]:
        _rehearsal(rehearsal)


def _proposal(told: Told) -> Proposal:
    call = Call.objects.get(series__slug=told["series"], slug="standing")
    proposal = Proposal(
        call=call,
        format=call.formats.get(name=told.get("format") or call.formats.all()[0].name),
        title=told["title"],
        abstract=told["abstract"],
        language=told["language"],
        notes=told.get("notes", ""),
        is_first_talk=told.get("first", False),
        state=State.DRAFT,
    )
    proposal.save()
    _people(proposal, told)
    if told["state"] != State.DRAFT:
        proposal.submit()
        _review(proposal, told)
        _decide(proposal, told)
        proposal.release()
    _long_ago(proposal, told["days_ago"])
    return proposal


def _people(proposal: Proposal, told: Told) -> None:
    series = proposal.call.series
    author, contact = _speaker(series, told["name"], told.get("bio", ""))
    part = proposal.add_author(contact, author)
    for name in told.get("with", []):
        speaker, contact = _speaker(series, name)
        proposal.parts.create(contact=contact, speaker=speaker, accepted_at=timezone.now())
    if "shown" in told:
        proposal.consent(part, told["shown"], told.get("licence", ""))


def _speaker(series: Series, name: str, bio: str = "") -> tuple[Speaker, Contact]:
    contact = Contact.objects.for_email(address(name), name, series.language)
    speaker, _made = Speaker.objects.get_or_create(contact=contact, defaults={"name": name})
    if bio:
        speaker.bio = bio
        speaker.save()
    speaker.series.add(series)
    return speaker, contact


def _decide(proposal: Proposal, told: Told) -> None:
    """The organizers' answer, through the verbs that the board uses."""
    state, event = told["state"], told.get("event")
    if event:
        proposal.place(_free_slot(event), agreed=state == State.CONFIRMED)
    elif state == State.ACCEPTED:
        proposal.accept()
    elif state == State.RESERVE:
        proposal.keep_in_reserve(told["notice_days"])
    elif state == State.DECLINED:
        proposal.decline(told["because"])
    elif state == State.WITHDRAWN:
        proposal.withdraw()


def _free_slot(event: str) -> Slot:
    slots = Slot.objects.filter(event__slug=event, kind=Slot.Kind.TALK, talk=None)
    return slots.order_by("position")[0]


def _review(proposal: Proposal, told: Told) -> None:
    criteria = list(proposal.call.criteria.all())
    for email, marks in told.get("marks", {}).items():
        words = told.get("comments", {}).get(email, "")
        review = Review(proposal=proposal, user=User.objects.get(email=email), comment=words)
        review.give(dict(zip(criteria, marks, strict=True)))


def _long_ago(proposal: Proposal, days: int) -> None:
    """Moves it and what was answered back in time; who was told was told two days later."""
    proposal.refresh_from_db()
    sent = timezone.now() - dt.timedelta(days=days)
    told = min(sent + dt.timedelta(days=2), timezone.now())
    rows = Proposal.objects.filter(pk=proposal.pk)
    rows.update(created_at=sent, edited_at=sent, state_at=told)
    if proposal.submitted_at:
        answer_by = sent.date() + dt.timedelta(days=proposal.call.answer_days)
        rows.update(submitted_at=sent, answer_by=answer_by, told_at=told)
    steps = Step.objects.filter(proposal=proposal)
    steps.update(at=told)
    steps.filter(state=State.SUBMITTED).update(at=sent)
    Review.objects.filter(proposal=proposal).update(updated_at=told)
    Talk.objects.filter(proposal=proposal, agreed_at__isnull=False).update(agreed_at=told)


def _topic(told: Told) -> None:
    series = Series.objects.get(slug=told["series"])
    topic = Topic.objects.create(
        series=series,
        title=told["title"],
        text=told.get("description", ""),
        shown_at=timezone.now(),
    )
    for audience, source, *note in told["voices"]:
        Voice.objects.create(topic=topic, audience=audience, source=source, note="".join(note))


def _lead(told: Told) -> None:
    fields = ("name", "where_from", "about", "state", "notes")
    series = Series.objects.get(slug=told["series"])
    contacted = "days_ago" in told
    today = timezone.localdate()
    Lead.objects.create(
        series=series,
        email=address(told["name"]),
        topic=Topic.objects.filter(series=series, title=told.get("topic", "")).first(),
        last_contact=today - dt.timedelta(days=told["days_ago"]) if contacted else None,
        **{name: told[name] for name in fields if name in told},
    )


def _rehearsal(told: Told) -> None:
    event = Event.objects.get(slug=told["event"])
    Rehearsal.objects.create(
        event=event,
        date=event.date - dt.timedelta(days=told["days_before"]),
        time=dt.time.fromisoformat(told["time"]),
        place=told["place"],
        with_whom=told["with_whom"],
    )
