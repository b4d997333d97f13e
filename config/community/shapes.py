"""What may stand in the file: the sections, their keys, and what each key takes."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from config.community import values
from config.community.problems import Problems, Wrong
from config.community.values import Read, column, list_of, or_null, shown
from mailings.audiences import NAMES
from mailings.models import Wave
from mailings.templatetags.words import PLACES, unknown_places
from meetups.models import Event, Organizer, Series, Slot
from people.models import Contact
from registrations.models import Registration
from speakers.models import Call, Format, Speaker, Talk
from venues.models import Room, Venue

AUDIENCES = [name for name in NAMES if not name.startswith("ticked")]


@dataclass
class Record:
    """One object of the file: its place, and the keys that stand in it, checked."""

    place: str
    values: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def get(self, key: str, default: Any = None) -> Any:
        return self.values.get(key, default)

    def only(self, *keys: str) -> dict[str, Any]:
        """Those of the keys that stand in the file."""
        return {key: self.values[key] for key in keys if key in self.values}


@dataclass(frozen=True)
class Shape:
    """The keys of an object: `keys` hold single values, `parts` lists of objects."""

    keys: dict[str, Read]
    required: frozenset[str]
    parts: dict[str, "Shape"] = field(default_factory=dict)

    def read(self, told: object, place: str, problems: Problems) -> Record:
        """What is right in the object; what is not goes to the problems."""
        record = Record(place)
        if not isinstance(told, dict):
            problems.add(place, f"{shown(told)} is no object")
            return record
        for key in sorted(self.required - told.keys()):
            problems.add(place, f"“{key}” is missing")
        for key, value in told.items():
            self._read_key(key, value, record, problems)
        return record

    def _read_key(self, key: str, value: object, record: Record, problems: Problems) -> None:
        place = f"{record.place}.{key}"
        if key in self.parts:
            record.values[key] = self.parts[key].read_all(value, place, problems)
        elif key not in self.keys:
            known = ", ".join([*self.keys, *self.parts])
            problems.add(record.place, f"unknown key {shown(key)}; known are {known}")
        else:
            try:
                record.values[key] = self.keys[key](value)
            except Wrong as wrong:
                problems.add(place, str(wrong))

    def read_all(self, told: object, place: str, problems: Problems) -> list[Record]:
        """All objects of a list."""
        if not isinstance(told, list):
            problems.add(place, f"{shown(told)} is no list")
            return []
        return [self.read(item, f"{place}[{at}]", problems) for at, item in enumerate(told)]


def columns(model: type[Model], *names: str) -> dict[str, Read]:
    """Keys that are called like the columns in which they are kept."""
    return {name: column(model._meta.get_field(name)) for name in names}  # type: ignore[arg-type]


def line(value: object) -> dict[str, str]:
    """A line of a series: its short name, or {"slug": …, "name": …}."""
    if isinstance(value, str):
        return {"slug": values.slug(value)}
    if not isinstance(value, dict) or not {"slug"} <= value.keys() <= {"slug", "name"}:
        raise Wrong(f'{shown(value)} is no line; write "web" or {{"slug": "web", "name": "Web"}}')
    return {"slug": values.slug(value["slug"])} | (
        {"name": values.text(value["name"])[:100]} if "name" in value else {}
    )


def lines(value: object) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise Wrong(f"{shown(value)} is no list")
    return [line(item) for item in value]


def audience(value: object) -> str:
    """One of the named audiences; whom to tick in a list no file can say."""
    if values.text(value) not in AUDIENCES:
        raise Wrong(f"{shown(value)} is unknown; there are {', '.join(AUDIENCES)}")
    return values.text(value)


def words(read: Read, places: tuple[str, ...] = PLACES) -> Read:
    """Such a text, with nothing in braces but these places."""

    def read_words(value: object) -> Any:
        told = read(value)
        if unknown := unknown_places(told, places):
            known = ", ".join(f"{{{place}}}" for place in places)
            raise Wrong(f"nothing fills in {{{unknown[0]}}}; there are {known}")
        return told

    return read_words


def digest(value: object) -> dict[str, Any]:
    """When the monthly digest leaves: {"day": 1 to 31, "time": "10:00"}."""
    if not isinstance(value, dict) or not {"day"} <= value.keys() <= {"day", "time"}:
        raise Wrong(f'{shown(value)} is no digest; write {{"day": 1, "time": "10:00"}} or null')
    if value["day"] is None:
        raise Wrong("null is no day; without a digest write null instead of the object")
    told = {f"digest_{key}": value[key] for key in ("day", "time") if key in value}
    return {name: read(told[name]) for name, read in columns(Series, *told).items()}


SHEET = (
    "light", "noise", "air", "lounge", "refreshments", "projector", "sound", "recording",
    "step_free",
)  # fmt: skip

ROOM = Shape(
    keys=columns(Room, "name", "capacity", *SHEET, "note"),
    required=frozenset({"name"}),
)
ORGANIZER = Shape(
    keys=columns(Organizer, "role") | {"email": values.email, "password": values.password},
    required=frozenset({"email", "role"}),
)
SLOT = Shape(
    keys=columns(Slot, "kind", "title", "minutes")
    | columns(Talk, "abstract")
    | {"speakers": list_of(column(Speaker._meta.get_field("name")))},
    required=frozenset({"kind"}),
)

SERIES = Shape(
    keys={"slug": values.slug, "language": values.language}
    | columns(
        Series, "name", "time_zone", "tagline", "description", "hue", "chat_url",
        "code_of_conduct_url", "privacy_text", "sender_name", "reply_to", "usual_time",
        "usual_minutes", "rhythm", "confirm_by_mail", "ask_hours", "offer_hours",
        "missed_limit",
    )
    | {"lines": lines, "usual_venue": or_null(values.slug), "digest": or_null(digest)},
    required=frozenset({"slug", "name", "time_zone"}),
    parts={"organizers": ORGANIZER},
)  # fmt: skip
VENUES = Shape(
    keys={"slug": values.slug, "series": list_of(values.slug)}
    | columns(
        Venue, "name", "kind", "address", "latitude", "longitude", "transport", "parking",
        "entrance", "step_free", "stage", "free_from_host", "host_name", "host_email", "conditions",
    ),
    required=frozenset({"slug", "name"}),
    parts={"rooms": ROOM},
)  # fmt: skip
EVENTS = Shape(
    keys={"series": values.slug, "slug": values.slug, "starts": values.wall_time}
    | {key: or_null(values.slug) for key in ("venue", "line")}
    | {"room": or_null(values.text), "language": values.language}
    | columns(
        Event, "title", "minutes", "capacity", "online_capacity", "mode", "status", "tagline",
        "description", "level", "online_url", "getting_in", "recap", "came", "guests_allowed",
        "approval",
    ),
    required=frozenset({"series", "slug", "title", "starts"}),
    parts={"agenda": SLOT},
)  # fmt: skip
CONTACTS = Shape(
    keys={"email": values.email, "language": values.language, "series": values.slug}
    | columns(Contact, "name", "channel", "messenger")
    | {"time_zone": values.zone, "phone": values.phone}
    | {"lines": list_of(values.slug), "consent": values.flag},
    required=frozenset({"email"}),
)
REGISTRATIONS = Shape(
    keys={"event": values.slug, "email": values.email, "came": values.flag}
    | columns(Registration, "state", "mode", "guests"),
    required=frozenset({"event", "email"}),
)

FORMAT = Shape(
    keys=columns(Format, "name", "minutes"),
    required=frozenset({"name", "minutes"}),
)
CALLS = Shape(
    keys={"series": values.slug, "slug": values.slug}
    | {"opens": or_null(values.day), "closes": or_null(values.wall_time)}
    | columns(Call, "title", "scope", "who_decides", "answer_days", "without_names"),
    required=frozenset({"series", "slug"}),
    parts={"formats": FORMAT},
)
WAVES = Shape(
    keys={"event": values.slug, "audience": audience, "due": values.due, "anyway": values.flag}
    # A wave to thousands writes its subject once, so it names nobody.
    | {"subject": words(column(Wave._meta.get_field("subject")), PLACES[1:])}
    | {"text": words(column(Wave._meta.get_field("text")))},
    required=frozenset({"event", "audience", "due"}),
)

SECTIONS = {
    "series": SERIES,
    "venues": VENUES,
    "events": EVENTS,
    "contacts": CONTACTS,
    "registrations": REGISTRATIONS,
    "calls": CALLS,
    "waves": WAVES,
}
