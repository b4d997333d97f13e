"""Evenings as iCalendar (RFC 5545): stable UID, rising SEQUENCE, CANCELLED instead of vanishing."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import icalendar
from django.conf import settings
from django.utils import timezone

if TYPE_CHECKING:
    from meetups.models import Event

# Calendar programs poll in hours; more often would only cost their users' data.
REFRESH = icalendar.vDuration(timedelta(hours=4))


def calendar_file(events: Iterable["Event"], name: str = "", method: str = "PUBLISH") -> str:
    """The evenings as one calendar file; times are UTC instants, so every client agrees."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{settings.ORGANIZATION}//Third Thursday//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", REFRESH.to_ical().decode())
    for event in events:
        calendar.add_component(_entry(event))
    return calendar.to_ical().decode()


def _entry(event: "Event") -> icalendar.Event:
    entry = icalendar.Event()
    entry.add("uid", f"{event.uid}@{urlsplit(settings.PUBLIC_URL).hostname}")
    entry.add("dtstamp", timezone.now())
    entry.add("dtstart", event.starts_at)
    entry.add("dtend", event.ends_at)
    entry.add("sequence", event.schedule_rev)
    entry.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    entry.add("summary", _plain(event.title))
    if event.tagline:
        entry.add("description", _plain(event.tagline))
    entry.add("url", event.public_url)
    if event.place and event.venue:
        entry.add("location", _plain(", ".join(filter(None, [event.place, event.venue.address]))))
    return entry


def _plain(text: str) -> str:
    """One line without control characters: a title must not end the entry it stands in (T56)."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
