"""What taking a file over would write, worked out beside what is there; nothing is written here."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from meetups.models import Member, Series
from outbox.models import Suppression
from outbox.models.suppression import address_hashes
from people.models import Contact
from registrations.importing.known import Evening, Evenings
from registrations.importing.lines import Line, NotTaken, read_lines
from registrations.importing.mapping import Mapping
from registrations.importing.reading import Table
from registrations.models import Registration

CHUNK = 1000


@dataclass
class Person:
    """Somebody in the file; `pk` where we know her already."""

    line: Line
    pk: int | None = None
    is_member: bool = False
    first_met: dt.datetime | None = None

    @property
    def row(self) -> int:
        """Her id, once she is written."""
        if self.pk is None:
            raise LookupError("not written yet")
        return self.pk


@dataclass
class Seat:
    """Her seat, or place in the queue, at one evening of the file."""

    person: Person
    evening: Evening
    line: Line
    pk: int | None = None
    # Says for the first time whether she came.
    tells: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.line.answer == "waiting"


@dataclass
class Plan:
    """Everything that one file would write, and why some of its lines would not."""

    series: Series
    people: dict[str, Person] = field(default_factory=dict)
    evenings: list[Evening] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    said_no: int = 0
    # How many cells of which kind could not be read and stay empty.
    unread: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, series: Series, table: Table, mapping: Mapping) -> "Plan":
        """The plan for these rows; a fixed number of queries, and five more per 1,000 lines."""
        plan, evenings = cls(series), Evenings(series, mapping)
        lines = read_lines(table, mapping, series.pk)
        while chunk := list(islice(lines, CHUNK)):
            good = list(plan._without_problems(chunk))
            plan._add(_past_only(good, evenings, plan), evenings)
        plan.evenings = evenings.used()
        return plan

    def _without_problems(self, lines: Iterable[Line | tuple[int, NotTaken]]) -> Iterator[Line]:
        for line in lines:
            if isinstance(line, Line):
                yield line
            else:
                self._refuse(line[0], line[1])

    def _refuse(self, number: int, why: NotTaken) -> None:
        self.problems.append((number, why.reason, why.detail))

    def _add(self, lines: list[tuple[Line, Evening | None]], evenings: Evenings) -> None:
        self._meet([line for line, _evening in lines])
        taken: list[Seat] = []
        for line, evening in lines:
            person = self.people.get(line.address.lower())
            if person is None:
                self._refuse(line.number, NotTaken("forgotten"))
                continue
            self.unread.update(line.unread)
            if evening is not None:
                evening.is_used = True
                _meet_earlier(person, evening.starts_at)
                self.said_no += line.answer == "no"
                if line.answer in {"yes", "waiting"}:
                    taken.append(Seat(person, evening, line))
        self._find_seats(taken)
        self.seats += taken

    def _meet(self, lines: list[Line]) -> None:
        """Know the people of these lines; who asked to be forgotten stays out."""
        new = {line.address.lower(): line for line in lines}
        new = {key: line for key, line in new.items() if key not in self.people}
        known, gone = _contacts(self.series, list(new)), _forgotten(list(new))
        for key, line in new.items():
            pk, is_member = known.get(key, (None, False))
            if key in gone and (pk is None or gone[key] == Suppression.Reason.ERASED):
                continue
            self.people[key] = Person(line, pk, is_member, line.joined)

    def _find_seats(self, seats: list[Seat]) -> None:
        pairs = {(s.evening.pk, s.person.pk): s for s in seats if s.evening.pk and s.person.pk}
        if not pairs:
            return
        rows = Registration.objects.filter(
            event__in={event for event, _contact in pairs},
            contact__in={contact for _event, contact in pairs},
        )
        for pk, event, contact, state, came in rows.order_by("pk").values_list(
            "pk", "event", "contact", "state", "came"
        ):
            if seat := pairs.get((event, contact)):
                seat.pk = pk
                is_going = state == Registration.State.GOING
                seat.tells = is_going and came is None and seat.line.came is not None

    # What would be written

    @property
    def new_people(self) -> list[Person]:
        return [person for person in self.people.values() if person.pk is None]

    @property
    def new_members(self) -> list[Person]:
        return [person for person in self.people.values() if not person.is_member]

    @property
    def new_evenings(self) -> list[Evening]:
        return [evening for evening in self.evenings if evening.pk is None]

    @property
    def new_seats(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.pk is None]

    def report(self) -> dict[str, Any]:
        """The numbers and the lines left out, as JSON that holds nobody's name or address."""
        new, told = self.new_seats, [seat for seat in self.seats if seat.tells]
        return {
            # Whom another series knows is none of this one's business: she is new here.
            "people_new": len(self.new_members),
            "people_known": len(self.people) - len(self.new_members),
            "without_address": sum(not p.line.is_reachable for p in self.people.values()),
            "evenings_new": len(self.new_evenings),
            "evenings_known": len(self.evenings) - len(self.new_evenings),
            "seats_new": sum(not seat.is_waiting for seat in new),
            "waiting_new": sum(seat.is_waiting for seat in new),
            "seats_known": len(self.seats) - len(new),
            "came": sum(seat.line.came is True for seat in [*new, *told]),
            "stayed_away": sum(seat.line.came is False for seat in [*new, *told]),
            "said_no": self.said_no,
            "unread": {str(what): number for what, number in sorted(self.unread.items())},
            "problems": sorted(self.problems),
        }


def _past_only(
    lines: list[Line], evenings: Evenings, plan: Plan
) -> list[tuple[Line, Evening | None]]:
    """Each line with its evening; those of evenings that cannot be taken are left out."""
    found: list[tuple[Line, Evening | None]] = []
    for line in lines:
        try:
            found.append((line, evenings.find(line.night) if line.night else None))
        except NotTaken as why:
            plan._refuse(line.number, why)
    return found


def _meet_earlier(person: Person, at: dt.datetime) -> None:
    if person.line.joined is None and (person.first_met is None or at < person.first_met):
        person.first_met = at


def _contacts(series: Series, keys: list[str]) -> dict[str, tuple[int, bool]]:
    """Those of the addresses that we know: their id, and whether this series knows them."""
    here = Member.objects.filter(series=series, contact=OuterRef("pk"))
    people = Contact.objects.alias(key=Lower("email")).filter(key__in=keys)
    rows = people.annotate(is_member=Exists(here)).values_list("pk", Lower("email"), "is_member")
    return {key: (pk, is_member) for pk, key, is_member in rows}


def _forgotten(keys: list[str]) -> dict[str, str]:
    """Those of the addresses that are never written to, and why."""
    hashes = {value: key for key in keys for value in address_hashes(key)}
    rows = Suppression.objects.filter(address_hash__in=hashes)
    return {hashes[row.address_hash]: row.reason for row in rows}
