"""What messages say about an evening, and the notice to all its people."""

from typing import TYPE_CHECKING, Any

from meetups.calendar import Entry, calendar_file
from outbox.drafts import Draft
from outbox.models import Delivery
from outbox.states import MessageClass
from people.models import Contact

if TYPE_CHECKING:
    from meetups.models import Event, Series


def sender(series: "Series") -> dict[str, Any]:
    """Who writes: what every message of a series says of it."""
    return {
        "from_name": series.sender_name or series.name,
        "reply_to": series.reply_to,
        "series": series.name,
        "series_url": series.public_url,
    }


def facts(event: "Event") -> dict[str, Any]:
    """What a message says about the evening, as plain values that keep."""
    venue = event.venue if event.place else None
    return sender(event.series) | {
        "title": event.title,
        "url": event.public_url,
        "starts": event.starts_at.isoformat(),
        "ends": event.ends_at.isoformat(),
        "zone": event.zone,
        "mode": event.mode,
        "place": event.place,
        "address": venue.address if venue else "",
        "transport": venue.transport if venue else "",
        "map_url": venue.map_url if venue else "",
        "how_to_get_in": event.entrance if venue else "",
        "online_url": event.online_url,
    }


def addressed(event: "Event", contact: Contact) -> dict[str, Any]:
    """How a letter about the evening goes to one of its people, who is owed it."""
    return {
        "message_class": MessageClass.TRANSACTIONAL,
        "language": contact.language or event.series.language,
        "realm": event.series.realm,
        "about": event.about,
    }


def attachments(event: "Event", entry: Entry | None = None) -> list[dict[str, str]]:
    """The evening, or her part of it, as a calendar file for a mail to one of its people."""
    method = "CANCEL" if event.is_cancelled else "PUBLISH"
    kind = f"text/calendar; charset=utf-8; method={method}"
    text = calendar_file([entry or event], method=method)
    return [{"name": "evening.ics", "type": kind, "text": text}]


def when_and_where(event: "Event") -> dict[str, str]:
    """What is no longer true after a move, as its notice names it."""
    return {
        "old_starts": event.starts_at.isoformat(),
        "old_zone": event.zone,
        "old_place": event.place,
    }


def tell(event: "Event", template: str, extra: dict[str, Any]) -> int:
    """Write to all with a seat or a place in the queue, once per schedule; returns how many."""
    shared = facts(event) | extra
    fact = f"{template.rpartition('/')[2]}:{event.pk}:{event.schedule_rev}"
    with_calendar = shared | {"attachments": attachments(event)}
    return Delivery.objects.post_many(
        Draft(
            contact=registration.contact,
            template=template,
            context=(with_calendar if registration.is_seated else shared) | registration.facts(),
            key=f"{fact}:{registration.contact_id}",
            not_after=event.ends_at,
            **addressed(event, registration.contact),
        )
        for registration in event.registrations.active().select_related("contact")
    )


def talks_in(event: "Event") -> list[Any]:
    """The talks in its agenda: their speakers hear of its changes by letters of their own."""
    talks = [getattr(slot, "talk", None) for slot in event.slots.select_related("talk")]
    return [talk for talk in talks if talk is not None]


def speakers_who_know(event: "Event") -> int:
    """How many speakers of its talks hear of a change."""
    return sum(talk.listeners(event) for talk in talks_in(event))


def let_talks_go(event: "Event", because: str = "") -> int:
    """The evening does not take place: its talks wait for another one, nobody steps in.

    Returns how many speakers are told: those who knew of it.
    """
    told = sum(talk.lose_evening(because) for talk in talks_in(event))
    for slot in event.slots.all():
        slot.offers.release()
    return told
