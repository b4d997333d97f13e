"""What speakers and organizers are told of a proposal, and what they are owed."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from meetups import notices
from meetups.models import Event, Organizer, Series, Slot
from outbox.drafts import Draft
from outbox.models import Delivery
from outbox.states import MessageClass
from speakers.calendar import entry_of
from speakers.states import State

if TYPE_CHECKING:
    from speakers.models import Part, Proposal, Talk

DECIDES = (Organizer.Role.OWNER, Organizer.Role.ORGANIZER)


def owed(proposal: "Proposal") -> str:
    """The letter for the difference between what it is and what its speakers know; "" for none."""
    event = proposal.event
    told_event = proposal.told_event_id
    place = event.pk if event else None
    if proposal.submitted_at is None or proposal.state == State.DRAFT:
        return ""
    if (proposal.state, place) == (proposal.told_state, told_event):
        return ""
    if proposal.state == State.SUBMITTED:
        return "speakers/reopened" if proposal.told_state else "speakers/received"
    if proposal.state == State.ACCEPTED and place:
        return "speakers/offered"
    if proposal.state == State.ACCEPTED and told_event:
        return "speakers/taken_off"
    return f"speakers/{proposal.state}"


def write(
    proposal: "Proposal",
    letter: str,
    key: str = "",
    not_after: datetime | None = None,
    **extra: Any,
) -> int:
    """Owe this letter to everybody who speaks in it; returns to how many."""
    parts = proposal.parts.reachable().select_related("contact", "speaker")
    shared = facts(proposal) | extra
    key = key or f"proposal:{proposal.pk}:{letter.rpartition('/')[2]}:{proposal.rev}"
    return Delivery.objects.post_many(
        draft(proposal, part, letter, shared, f"{key}:{part.contact_id}", not_after=not_after)
        for part in parts
    )


def invite(proposal: "Proposal", part: "Part") -> int:
    """Ask somebody to speak along: what she reads is the talk and its author, nothing else."""
    author = proposal.parts.filter(is_author=True).select_related("speaker").first()
    shared = notices.sender(proposal.call.series) | {
        "talk": proposal.title,
        "author": author.speaker.name if author and author.speaker else "",
    }
    letter, key = "speakers/invited", invitation_key(part)
    return Delivery.objects.post_many([draft(proposal, part, letter, shared, key)])


def invitation_key(part: "Part") -> str:
    return f"part:{part.pk}:invited"


def draft(
    proposal: "Proposal", part: "Part", letter: str, shared: dict[str, Any], key: str, **rest: Any
) -> Draft:
    """One message to one of its speakers; `rest` are the other fields of Draft."""
    usual = {"message_class": MessageClass.TRANSACTIONAL, "about": f"proposal:{proposal.pk}"}
    return Draft(
        contact=part.contact,
        template=letter,
        context=shared | part.facts(),
        key=key,
        realm=proposal.call.series.realm,
        **usual | rest,
    )


def facts(proposal: "Proposal") -> dict[str, Any]:
    """What messages say about it, as plain values that keep; with its evening if it has one."""
    series, event, old = proposal.call.series, proposal.event, proposal.told_event
    found: dict[str, Any] = notices.sender(series) | {
        "call_url": f"{settings.PUBLIC_URL}{proposal.call.get_absolute_url()}",
        "talk": proposal.title,
        "because": proposal.because,
        "answer_by": proposal.answer_by.isoformat() if proposal.answer_by else "",
        "notice_days": proposal.notice_days,
        "zone": series.time_zone,
    }
    if event:
        found |= notices.facts(event) | {"confirm_by": confirm_by(proposal, event)}
    if proposal.state == State.CONFIRMED and event:
        found |= {"is_confirmed": True, **to_prepare(proposal.talk)}
        found["attachments"] = notices.attachments(event, entry_of(proposal.talk))
    if old and (event is None or old.pk != event.pk):
        found |= {
            "old_title": old.title,
            "old_starts": old.starts_at.isoformat(),
            "old_zone": old.zone,
        }
    return found


def confirm_by(proposal: "Proposal", event: Event) -> str:
    """The day by which we ask for a yes to this evening; "" where there is no such day."""
    days = timedelta(days=proposal.call.confirm_days)
    wanted = timezone.now().astimezone(ZoneInfo(event.zone)).date() + days
    return min(wanted, event.date).isoformat() if days else ""


def to_prepare(talk: "Talk") -> dict[str, str]:
    """What its speakers have still to do, by when: {"slides_by": "2026-12-01"}, or "soon"."""
    today = timezone.now().date()
    open_ones = talk.duties.filter(done_at=None).values_list("kind", "due_on")
    return {f"{kind}_by": "soon" if day <= today else day.isoformat() for kind, day in open_ones}


def evening(event: Event) -> dict[str, Any]:
    """The evening alone, for a talk that is not (yet) placed on it."""
    return notices.facts(event)


def tell_organizers(proposal: "Proposal", slot: Slot, note: str = "") -> int:
    """Write to those who run the series that this place is free again, with the way to fill it."""
    page = reverse("admin:speakers_offer_ask", args=[slot.pk])
    speakers = [str(part) for part in proposal.parts.speaking().select_related("speaker")]
    context = facts(proposal) | {"note": note, "speakers": ", ".join(speakers)}
    key = f"proposal:{proposal.pk}:dropped_out:{proposal.rev}"
    return _about_evening(slot.event, "speakers/dropped_out", context, key, page)


def tell_nobody_left(event: Event, key: str) -> int:
    """Write to those who run the series: no reserve took the free place."""
    page = reverse("admin:meetups_event_change", args=[event.pk])
    return _about_evening(event, "speakers/nobody_left", {}, key, page)


def _about_evening(event: Event, letter: str, extra: dict[str, Any], key: str, page: str) -> int:
    context = extra | notices.facts(event)
    return to_organizers(event.series, letter, context, key, page, about=event.about)


def to_organizers(
    series: Series, letter: str, shared: dict[str, Any], key: str, page: str, **rest: Any
) -> int:
    """Write to those who run the series; returns to how many.

    `page` is the path in the admin that the letter leads to; `rest` are other fields of Draft.
    """
    context = shared | {"page_url": f"{settings.PUBLIC_URL}{page}"}
    organizers = series.organizers.filter(role__in=DECIDES).select_related("user")
    return Delivery.objects.post_many(
        Draft(
            contact=None,
            address=one.user.email,
            template=letter,
            context=context | {"name": one.user.name},
            key=f"{key}:user:{one.user_id}",
            message_class=MessageClass.TRANSACTIONAL,
            realm=series.realm,
            **rest,
        )
        for one in organizers
    )
