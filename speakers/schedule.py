"""A series as a frab schedule, for apps and tools that read conference programmes."""

import datetime as dt
import re
from hashlib import sha256
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

from django.conf import settings
from django.utils import timezone
from django.utils.html import strip_tags

from meetups.models import Event, Series
from meetups.running_order import Item, running_order
from speakers.models import Talk

A_YEAR = dt.timedelta(days=366)
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Lists of the schedule and what XML calls their items.
_ITEMS = {"persons": "person", "links": "link", "attachments": "attachment"}


def schedule_of(series: Series) -> dict[str, Any]:
    """A year back and everything ahead; only talks that may be shown. Four queries with series."""
    evenings = series.events.published().filter(
        starts_at__gte=timezone.now() - A_YEAR, time_known=True
    )
    evenings = evenings.for_cards().order_by("starts_at", "pk")
    days: dict[str, dict[str, Any]] = {}
    tracks: list[str] = []
    for event in evenings:
        _add(event, days)
        if event.line and event.line.name not in tracks:
            tracks.append(event.line.name)
    found = [day | {"index": index} for index, day in enumerate(days.values(), 1)]
    conference = _conference(series, found, tracks)
    # The same programme has the same version, another one another.
    version = sha256(repr(conference).encode()).hexdigest()[:12]
    url = f"{settings.PUBLIC_URL}/schedule/{series.slug}.json"
    return {"url": url, "version": version, "conference": conference}


def _conference(series: Series, days: list[dict[str, Any]], tracks: list[str]) -> dict[str, Any]:
    rooms = dict.fromkeys(room for day in days for room in day["rooms"])
    return {
        "acronym": series.slug,
        "title": series.name,
        "start": days[0]["date"] if days else None,
        "end": days[-1]["date"] if days else None,
        "daysCount": len(days),
        "timeslot_duration": "00:05",
        "time_zone_name": series.time_zone,
        "url": series.public_url,
        "rooms": [{"name": room} for room in rooms],
        "tracks": [{"name": track} for track in tracks],
        "days": days,
    }


def _add(event: Event, days: dict[str, dict[str, Any]]) -> None:
    """The evening on its day; an evening without a talk to show adds nothing."""
    shown = [
        (item, talk)
        for item in running_order(event, event.slots.all())
        if (talk := getattr(item.slot, "talk", None)) is not None and talk.is_shown
    ]
    if not shown:
        return
    date = event.local_start.date().isoformat()
    start, end = event.local_start.isoformat(), event.local_end.isoformat()
    day = days.setdefault(date, {"date": date, "day_start": start, "day_end": end, "rooms": {}})
    day["day_end"] = max(day["day_end"], end)
    room = event.place or "Online"
    day["rooms"].setdefault(room, []).extend(_talk(event, room, *pair) for pair in shown)


def _talk(event: Event, room: str, item: Item, talk: Talk) -> dict[str, Any]:
    start = item.starts_at.astimezone(event.local_start.tzinfo)
    hours, minutes = divmod(item.slot.minutes, 60)
    return {
        "guid": str(talk.guid),
        "id": talk.pk,
        "date": start.isoformat(),
        "start": f"{start:%H:%M}",
        "duration": f"{hours:02}:{minutes:02}",
        "room": room,
        "slug": talk.slug,
        "url": talk.public_url,
        "title": talk.title,
        "subtitle": "",
        "track": event.line.name if event.line else None,
        "type": item.slot.kind,
        "language": talk.language or event.language or event.series.language,
        "abstract": unescape(strip_tags(talk.abstract_html)).strip(),
        "description": "",
        "persons": [{"id": who.pk, "public_name": who.name} for who in talk.speakers.all()],
        "links": _remains(talk, talk.video_link, "Video"),
        "attachments": _remains(talk, _whole(talk.slides_link), "Slides"),
    }


def _remains(talk: Talk, url: str, title: str) -> list[dict[str, str]]:
    """What remains of a talk is passed on only where everybody may see it."""
    return [{"url": url, "title": title}] if url and talk.is_public else []


def _whole(url: str) -> str:
    return f"{settings.PUBLIC_URL}{url}" if url.startswith("/") else url


def as_xml(schedule: dict[str, Any]) -> bytes:
    """The same schedule as frab's XML."""
    root = ET.Element("schedule")
    _text(root, "version", schedule["version"])
    conference = ET.SubElement(root, "conference")
    told = schedule["conference"]
    names = ("acronym", "title", "start", "end", "timeslot_duration", "time_zone_name", "url")
    _text(conference, "days", told["daysCount"])
    for name in names:
        _text(conference, name, told[name])
    for track in told["tracks"]:
        ET.SubElement(conference, "track", name=_clean(track["name"]))
    for day in told["days"]:
        _day(root, day)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _day(root: ET.Element, told: dict[str, Any]) -> None:
    span = {"start": told["day_start"], "end": told["day_end"]}
    day = ET.SubElement(root, "day", index=str(told["index"]), date=told["date"], **span)
    for name, talks in told["rooms"].items():
        room = ET.SubElement(day, "room", name=_clean(name))
        for talk in talks:
            _event(room, talk)


def _event(room: ET.Element, talk: dict[str, Any]) -> None:
    event = ET.SubElement(room, "event", id=str(talk["id"]), guid=talk["guid"])
    for name, value in talk.items():
        if name in _ITEMS:
            parent = ET.SubElement(event, name)
            for item in value:
                _item(parent, _ITEMS[name], item)
        elif name not in {"id", "guid"}:
            _text(event, name, value)


def _item(parent: ET.Element, name: str, told: dict[str, Any]) -> None:
    if "url" in told:
        ET.SubElement(parent, name, href=_clean(told["url"])).text = told["title"]
    else:
        person = ET.SubElement(parent, name, id=str(told["id"]))
        person.text = _clean(told["public_name"])


def _text(parent: ET.Element, name: str, value: object) -> None:
    ET.SubElement(parent, name).text = "" if value is None else _clean(str(value))


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub("", text)
