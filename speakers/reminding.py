"""Reminders of what speakers have to do before their evening: each once, none after it is done."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from meetups.models import Event
from meetups.walltime import instant
from outbox.models import Delivery
from outbox.states import MessageClass, State
from speakers import notices
from speakers.calendar import place_of

if TYPE_CHECKING:
    from speakers.models import Duty, Part

# By the clocks of the evening's place.
MORNING = dt.time(9)
# Before the start: sound and screen want to be tried.
EARLY = dt.timedelta(minutes=30)


def due_at(duty: "Duty", event: Event) -> dt.datetime:
    """When its speakers are reminded: at nine on its day, where the evening is."""
    return instant(duty.due_on, MORNING, event.zone)


def remind(duty: "Duty", event: Event) -> int:
    """Write to those who have it still to do; returns to how many. Under the evening's lock."""
    duty.reminded_at = timezone.now()
    duty.save(update_fields=["reminded_at"])
    if _was_just_told(duty, event):
        return 0
    proposal: Any = duty.talk.proposal
    facts = notices.facts(proposal) | _of_its_kind(duty, event)
    return Delivery.objects.post_many(
        notices.draft(
            proposal,
            part,
            f"speakers/duty_{duty.kind}",
            facts,
            f"{_key(duty, event)}{proposal.rev}:{part.contact_id}",
            message_class=MessageClass.SERVICE,
            about=event.about,
            not_after=event.starts_at,
        )
        for part in _owed(duty, event)
    )


def call_off(talk_id: int, kind: str) -> int:
    """It is done: withdraw what was not sent yet."""
    return Delivery.objects.filter(key__startswith=f"duty:{talk_id}:{kind}:").withdraw()


def _was_just_told(duty: "Duty", event: Event) -> bool:
    """Who says yes after the day itself reads of it in her confirmation."""
    agreed = duty.talk.agreed_at
    return duty.kind != "arrival" and agreed is not None and due_at(duty, event) <= agreed


def _owed(duty: "Duty", event: Event) -> list["Part"]:
    sent = Delivery.objects.filter(key__startswith=_key(duty, event)).exclude(state=State.CANCELLED)
    if duty.kind == "arrival":
        sent = sent.about(event.about)  # each schedule has its own
    has_it = set(sent.values_list("contact_id", flat=True))
    proposal: Any = duty.talk.proposal
    parts = proposal.parts.reachable().select_related("contact", "speaker")
    return [part for part in parts if part.contact_id not in has_it and _has_to(duty, part)]


def _has_to(duty: "Duty", part: "Part") -> bool:
    return duty.kind != "profile" or part.speaker is None or bool(part.speaker.lacks)


def _of_its_kind(duty: "Duty", event: Event) -> dict[str, Any]:
    if duty.kind == "rehearsal":
        return {"attachments": [], "has_times": event.rehearsals.free().exists()}
    if duty.kind != "arrival":
        return {"attachments": []}
    item = place_of(duty.talk)
    return {
        "be_there": (event.starts_at - EARLY).isoformat(),
        "talk_starts": item.starts_at.isoformat() if item else "",
    }


def _key(duty: "Duty", event: Event) -> str:
    return f"duty:{duty.talk_id}:{duty.kind}:{event.pk}:"
