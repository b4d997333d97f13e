"""Evenings as iCalendar (RFC 5545): stable UID, rising SEQUENCE, CANCELLED instead of vanishing."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from meetups.models import Event

# Calendar programs poll in hours; more often would only cost their users' data.
REFRESH = icalendar.vDuration(timedelta(hours=4))


@dataclass(frozen=True)
class Entry:
    """An evening, or one person's part of it, as it stands in a calendar."""

    event: "Event"
    uid: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    sequence: int
    title: str
    about: str = ""

    @classmethod
    def of(cls, event: "Event") -> "Entry":
        when = (event.starts_at, event.ends_at, event.schedule_rev)
        return cls(event, event.uid, *when, event.title, event.tagline)


def calendar_file(
    entries: Iterable["Event | Entry"], name: str = "", method: str = "PUBLISH"
) -> str:
    """The entries as one calendar file; times are UTC instants, so every client agrees."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{settings.ORGANIZATION}//Third Thursday//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", REFRESH.to_ical().decode())
    for entry in entries:
        calendar.add_component(_component(entry if isinstance(entry, Entry) else Entry.of(entry)))
    return calendar.to_ical().decode()


def _component(entry: Entry) -> icalendar.Event:
    event, component = entry.event, icalendar.Event()
    component.add("uid", f"{entry.uid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    component.add("dtstamp", timezone.now())
    component.add("dtstart", entry.starts_at)
    component.add("dtend", entry.ends_at)
    component.add("sequence", entry.sequence)
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("summary", _plain(entry.title))
    if entry.about:
        component.add("description", _plain(entry.about))
    component.add("url", event.public_url)
    if event.place and event.venue:
        place = ", ".join(filter(None, [event.place, event.venue.address]))
        component.add("location", _plain(place))
    return component


def _plain(text: str) -> str:
    """One line without control characters: a title must not end the entry it stands in (T56)."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
