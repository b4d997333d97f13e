"""An evening as schema.org reads it, for search engines and calendars that look into pages."""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from meetups.models import Event
from meetups.walltime import place_of_zone

MODES = {
    Event.Mode.ONSITE: "OfflineEventAttendanceMode",
    Event.Mode.ONLINE: "OnlineEventAttendanceMode",
    Event.Mode.BOTH: "MixedEventAttendanceMode",
}
# ISO 4217 for "no currency is involved"; readers of the offer want one even at a price of nothing.
NO_CURRENCY = "XXX"
# Signs that could end the script element or start another one inside it.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def event_schema(event: Event) -> dict[str, Any]:
    """The evening as a schema.org Event; the link to take part online is never in it."""
    found = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.tagline,
        "url": event.public_url,
        "inLanguage": event.language or event.series.language,
        "eventStatus": f"https://schema.org/{_status(event)}",
        "eventAttendanceMode": f"https://schema.org/{MODES[Event.Mode(event.mode)]}",
        "location": _locations(event),
        "organizer": {
            "@type": "Organization",
            "name": event.series.name,
            "url": event.series.public_url,
        },
        "isAccessibleForFree": True,
        "maximumAttendeeCapacity": event.capacity,
    }
    found |= _times(event) | _offer(event) | _recordings(event)
    return {name: value for name, value in found.items() if value not in (None, "")}


def as_script(data: dict[str, Any]) -> SafeString:
    """The data as a script element that a title can neither end nor run."""
    text = json.dumps(data, ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 (escaped above)


def _status(event: Event) -> str:
    if event.status == Event.Status.CANCELLED:
        return "EventCancelled"
    return "EventRescheduled" if event.moved_from else "EventScheduled"


def _times(event: Event) -> dict[str, Any]:
    if not event.time_known:
        return {"startDate": event.date.isoformat()}
    times = {"startDate": event.local_start.isoformat(), "endDate": event.local_end.isoformat()}
    if event.moved_from:
        old = event.moved_from.astimezone(event.local_start.tzinfo)
        times["previousStartDate"] = old.isoformat()
    return times


def _locations(event: Event) -> list[dict[str, Any]]:
    places = []
    if "onsite" in event.modes:
        city = place_of_zone(event.zone)
        place = {"@type": "Place", "name": event.place or city, "address": city}
        if event.venue:
            place["address"] = event.venue.address or city
        places.append(place)
    if "online" in event.modes:
        places.append({"@type": "VirtualLocation", "url": event.public_url})
    return places


def _recordings(event: Event) -> dict[str, Any]:
    """The videos that everybody may see, once there are any."""
    if not event.is_over:
        return {}
    talks = [getattr(slot, "talk", None) for slot in event.slots.all()]
    shown = [talk for talk in talks if talk is not None and talk.is_shown and talk.video_link]
    videos = [{"@type": "VideoObject", "name": t.title, "url": t.public_url} for t in shown]
    return {"recordedIn": videos} if videos else {}


def _offer(event: Event) -> dict[str, Any]:
    if not event.is_open:
        return {}
    full = all(event.seats_left(mode) == 0 for mode in event.modes)
    return {
        "offers": {
            "@type": "Offer",
            "price": 0,
            "priceCurrency": NO_CURRENCY,
            "availability": f"https://schema.org/{'SoldOut' if full else 'InStock'}",
            "url": event.public_url,
            "validFrom": event.created_at.isoformat(),
        }
    }
