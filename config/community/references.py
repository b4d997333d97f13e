"""What names what: nothing twice, and nothing that is neither in the file nor in the database."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from django.db.models.functions import Lower

from config.community.problems import Problems
from config.community.reading import Community
from config.community.shapes import Record
from config.community.values import shown
from meetups.models import Event, Line, Series
from people.models import Contact
from venues.models import Room, Venue


@dataclass
class Known:
    """Names that may be referred to."""

    series: set[str]
    venues: set[str]
    events: dict[str, str]
    emails: set[str]
    rooms: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    lines: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def check_references(community: Community, problems: Problems) -> None:
    """Reports each name that stands twice and each that leads nowhere."""
    _check_doubles(community, problems)
    known = _known(community)
    check = _Check(known, problems)
    for series in community["series"]:
        check.name(series, "usual_venue", known.venues, "venue")
    for venue in community["venues"]:
        for slug in set(venue.get("series", [])) - known.series:
            problems.add(f"{venue.place}.series", f"there is no series {shown(slug)}")
    for event in community["events"]:
        check.event(event)
    for contact in community["contacts"]:
        check.contact(contact)
    for call in community["calls"]:
        check.name(call, "series", known.series, "series")
    for wave in community["waves"]:
        check.name(wave, "event", known.events, "evening")
    for seat in community["registrations"]:
        check.name(seat, "event", known.events, "evening")
        check.name(seat, "email", known.emails, "contact", str.lower)


class _Check:
    def __init__(self, known: Known, problems: Problems) -> None:
        self.known, self.problems = known, problems

    def name(
        self,
        record: Record,
        key: str,
        known: Iterable[str],
        what: str,
        folded: Callable[[str], str] = str,
    ) -> None:
        """Reports a key whose value names nothing."""
        value = record.get(key)
        if value is not None and folded(value) not in known:
            self.problems.add(f"{record.place}.{key}", f"there is no {what} {shown(value)}")

    def event(self, event: Record) -> None:
        series, venue = event.get("series", ""), event.get("venue")
        self.name(event, "series", self.known.series, "series")
        self.name(event, "venue", self.known.venues, "venue")
        self.name(event, "line", self.known.lines[series], "line of this series")
        if event.get("room") and not venue:
            self.problems.add(f"{event.place}.room", "a room needs its venue")
        elif venue in self.known.venues:
            rooms = self.known.rooms[venue]
            self.name(event, "room", rooms, "room in this venue called", str.casefold)
        owner = self.known.events.get(event.get("slug", ""), series)
        if owner != series and series in self.known.series:
            sentence = f"this evening belongs to the series {shown(owner)}"
            self.problems.add(f"{event.place}.series", sentence)

    def contact(self, contact: Record) -> None:
        series = contact.get("series", "")
        self.name(contact, "series", self.known.series, "series")
        if series in self.known.series:
            for slug in contact.get("lines", []):
                if slug not in self.known.lines[series]:
                    sentence = f"there is no line {shown(slug)} in this series"
                    self.problems.add(f"{contact.place}.lines", sentence)
        elif not series and (contact.get("lines") or contact.get("consent")):
            self.problems.add(contact.place, "lines and consent need the series they are for")


def _known(community: Community) -> Known:
    """Everything the file makes, and everything of the database it may mean."""
    known = Known(
        series=set(Series.objects.values_list("slug", flat=True)) | _all(community["series"]),
        venues=set(Venue.objects.values_list("slug", flat=True)) | _all(community["venues"]),
        events=dict(Event.objects.values_list("slug", "series__slug")),
        emails=_emails(community),
    )
    for record in community["events"]:
        known.events.setdefault(record.get("slug", ""), record.get("series", ""))
    for venue, name in Room.objects.values_list("venue__slug", "name"):
        known.rooms[venue].add(name.casefold())
    for record in community["venues"]:
        rooms = (room.get("name", "").casefold() for room in record.get("rooms", []))
        known.rooms[record.get("slug", "")].update(rooms)
    for series, line in Line.objects.values_list("series__slug", "slug"):
        known.lines[series].add(line)
    for record in community["series"]:
        lines = (line["slug"] for line in record.get("lines", []))
        known.lines[record.get("slug", "")].update(lines)
    return known


def _all(records: list[Record]) -> set[str]:
    return {record.get("slug", "") for record in records}


def _emails(community: Community) -> set[str]:
    """The addresses, in small letters, that registrations may name."""
    here = {record.get("email", "").lower() for record in community["contacts"]}
    asked = {record.get("email", "").lower() for record in community["registrations"]} - here
    stored = Contact.objects.annotate(lower=Lower("email")).filter(lower__in=asked)
    return here | set(stored.values_list("lower", flat=True))


def _check_doubles(community: Community, problems: Problems) -> None:
    for section in ("series", "venues", "events"):
        _once(community[section], "slug", lambda record: record.get("slug"), problems)
    _once(community["contacts"], "email", _by("email", "series"), problems)
    _once(community["registrations"], "email", _by("email", "event"), problems)
    _once(community["calls"], "slug", _call, problems)
    _once(community["waves"], "event", _wave, problems)
    for call in community["calls"]:
        _once(call.get("formats", []), "name", _by("name"), problems)
    for series in community["series"]:
        _once(series.get("organizers", []), "email", _by("email"), problems)
    for venue in community["venues"]:
        _once(venue.get("rooms", []), "name", _by("name"), problems)


def _call(record: Record) -> Hashable:
    return (record.get("series"), record["slug"]) if "slug" in record.values else None


def _wave(record: Record) -> Hashable:
    keys = ("event", "audience", "due", "subject", "text")
    return tuple(record.get(key) for key in keys) if "event" in record.values else None


def _by(*keys: str) -> Callable[[Record], Hashable]:
    """The record's values of these keys, capitals aside; None where the first is missing."""

    def name(record: Record) -> Hashable:
        if keys[0] not in record.values:
            return None
        return tuple(str(record.get(key, "")).casefold() for key in keys)

    return name


def _once(
    records: list[Record], key: str, name: Callable[[Record], Hashable], problems: Problems
) -> None:
    first: dict[Hashable, str] = {}
    for record in records:
        if (called := name(record)) is None:
            continue
        if called in first:
            sentence = f"{shown(record[key])} stands twice, first at {first[called]}"
            problems.add(f"{record.place}.{key}", sentence)
        first.setdefault(called, record.place)
