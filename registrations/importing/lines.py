"""One line of a file as one fact: who, at which evening, with what answer; or why it is none."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError

from meetups.languages import is_language
from meetups.text import folded
from meetups.walltime import instant
from people.models import normalized_email, validate_name
from registrations.importing.dates import NoDate, read_moment
from registrations.importing.heads import What
from registrations.importing.mapping import ONE, PEOPLE, Mapping
from registrations.importing.reading import Row, Table

# People of whom the file knows no address: nobody can write there (RFC 2606).
NOWHERE = "imported.invalid"
MEANINGS = {
    "yes": "yes|y|true|1|x|+|✓|going|attending|attended|came|confirmed|checked in|"
    "да|идет|был|была|пришел|пришла|ja|zugesagt|anwesend|teilgenommen",
    "no": "no|n|false|0|-|✗|absent|noshow|no show|not going|did not attend|cancelled|canceled|"
    "declined|нет|отменил|отменила|не идет|не пришел|не пришла|nein|abgesagt|nicht da",
    "waiting": "waiting|waitlist|wait list|waitlisted|очередь|в очереди|лист ожидания|warteliste",
}
BY_WORD = {word: meaning for meaning, words in MEANINGS.items() for word in words.split("|")}
MOST_GUESTS = 20


class NotTaken(Exception):
    """The line cannot be taken; `reason` names a sentence of `problems`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail[:60]


@dataclass(frozen=True, slots=True)
class Night:
    """Which evening a line means, as far as it says."""

    mark: str = ""
    title: str = ""
    date: dt.date | None = None
    time: dt.time | None = None
    known: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        return (
            (self.known, self.mark) if self.known or self.mark else (self.date, folded(self.title))
        )


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    address: str
    name: str
    language: str
    tag: str
    joined: dt.datetime | None
    night: Night | None
    answer: str  # "yes", "no", "waiting"; "" where nobody asked
    came: bool | None
    guests: int
    said: dt.datetime | None
    # Days beside the evening's that could not be read: they stay empty, the line is taken.
    unread: tuple[str, ...] = ()

    @property
    def is_reachable(self) -> bool:
        return not self.address.endswith(f"@{NOWHERE}")


def read_lines(
    table: Table, mapping: Mapping, series: int
) -> Iterator[Line | tuple[int, NotTaken]]:
    """Each row as a Line, or as its number and why it is not taken."""
    seen: dict[tuple[object, ...], int] = {}
    for row in table.rows:
        try:
            line = _line(row, mapping, series, len(table.head))
            key = (line.address.lower(), line.night.key if line.night else None)
            if key in seen:
                raise NotTaken("double", str(seen[key]))
            seen[key] = line.number
            yield line
        except NotTaken as error:
            yield row.number, error


def _line(row: Row, mapping: Mapping, series: int, width: int) -> Line:
    if any(row.cells[width:]):
        raise NotTaken("cells")
    cells = row.cells
    night = _night(cells, mapping)
    answer, came = _answers(cells, mapping) if night else ("", None)
    address = _address(cells, mapping, series)
    if night is None and address.endswith(f"@{NOWHERE}"):
        raise NotTaken("no_address")
    asked = (What.JOINED, What.SAID) if night else (What.JOINED,)
    days = {what: _day(mapping.cell(cells, what), mapping) for what in asked}
    return Line(
        row.number,
        address,
        _name(cells, mapping),
        _language(mapping.cell(cells, What.LANGUAGE)),
        _tags(cells, mapping),
        days[What.JOINED],
        night,
        answer,
        came,
        _guests(mapping.cell(cells, What.GUESTS)) if night else 0,
        days.get(What.SAID),
        tuple(w for w, day in days.items() if day is None and mapping.cell(cells, w)),
    )


def _address(cells: tuple[str, ...], mapping: Mapping, series: int) -> str:
    text = mapping.cell(cells, What.EMAIL)
    if text:
        try:
            return normalized_email(text)
        except ValidationError:
            raise NotTaken("bad_address") from None
    mark = _person_mark(mapping.cell(cells, What.PERSON))
    if not mark:
        raise NotTaken("no_address")
    # Each series has its own: nobody's evenings elsewhere can be put together by it.
    return f"{sha256(f'{series}:{mark}'.encode()).hexdigest()[:32]}@{NOWHERE}"


def _person_mark(text: str) -> str:
    """Meetup writes "user 123", "123" and a link that ends in "/123/" for one person."""
    number = re.search(r"(?:^|user |/)(\d+)/?$", text.casefold())
    return number[1] if number else text.casefold()


def _name(cells: tuple[str, ...], mapping: Mapping) -> str:
    parts = [mapping.cell(cells, what) for what in (What.NAME, What.LAST_NAME)]
    name = " ".join(filter(None, parts))
    try:
        validate_name(name)
    except ValidationError:
        raise NotTaken("bad_name") from None
    if len(name) > 200:
        raise NotTaken("long_name")
    return name


def _language(text: str) -> str:
    return text if text and is_language(text) else ""


def _tags(cells: tuple[str, ...], mapping: Mapping) -> str:
    tags = [cell for cell, what in zip(cells, mapping.columns, strict=False) if what == What.TAG]
    return ", ".join(dict.fromkeys(filter(None, tags)))[:300]


def _night(cells: tuple[str, ...], mapping: Mapping) -> Night | None:
    if mapping.about == PEOPLE:
        return None
    if mapping.about == ONE:
        return Night("", mapping.title, mapping.day, None, mapping.evening)
    title, mark = mapping.cell(cells, What.TITLE), mapping.cell(cells, What.EVENING)
    text = mapping.cell(cells, What.DATE)
    if len(title) > 200 or len(mark) > 280:
        raise NotTaken("long_title")
    if not (text or mark):
        raise NotTaken("no_evening")
    try:
        day, time = read_moment(text, mapping.order, mapping.zone) if text else (None, None)
    except NoDate:
        raise NotTaken("bad_date", text) from None
    return Night(mark, title, day, time)


def _day(text: str, mapping: Mapping) -> dt.datetime | None:
    """None for an empty cell, and for one that cannot be read."""
    try:
        day, time = read_moment(text, mapping.order, mapping.zone)
    except NoDate:
        return None
    return instant(day, time or dt.time(12), mapping.zone)


def _answers(cells: tuple[str, ...], mapping: Mapping) -> tuple[str, bool | None]:
    """Her answer, and whether she came; who came had a seat, whatever she had answered."""
    answer = _word(mapping.cell(cells, What.RSVP))
    mark = _word(mapping.cell(cells, What.CAME))
    if mark == "yes" or (not answer and What.RSVP not in mapping.places):
        answer = "yes"
    missed = mark == "no" or (not mark and mapping.unmarked_stayed_away)
    return answer, True if mark == "yes" else False if missed and answer == "yes" else None


def _word(text: str) -> str:
    """What it means: "yes", "no" or "waiting"; "" for an empty cell."""
    plain = text.casefold().replace("ё", "е").strip()
    if plain and plain not in BY_WORD:
        raise NotTaken("unknown_word", text)
    return BY_WORD.get(plain, "")


def _guests(text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and int(text[:9]) <= MOST_GUESTS):
        raise NotTaken("bad_guests", text)
    return int(text)
