"""What rows say of the evenings that were: plain values, and the two queries that read them.

An occasion is an evening, or all sessions of one cycle together: whoever comes to two of them is
one person who came once (O6, O19).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from meetups.models import Series
from registrations.models import Registration, Scan

WALK_IN = "walk-in"


class Session(NamedTuple):
    """One evening that was held; `counted` is the number somebody typed by hand."""

    pk: int
    title: str
    day: date
    cycle: int | None
    cycle_name: str | None
    counted: int | None
    closed: datetime | None
    is_partial: bool
    # Walk-ins of whom nobody took a name.
    nameless: int


class Seat(NamedTuple):
    """Somebody who had a seat to the end; `came` is None where nobody kept a list."""

    session: int
    contact: int
    guests: int
    came: bool | None
    source: str
    link: int | None

    @property
    def heads(self) -> int:
        return 1 + self.guests


@dataclass(frozen=True)
class Occasion:
    """An evening, or the sessions of a cycle, with everybody who had a seat."""

    sessions: tuple[Session, ...]
    seats: tuple[Seat, ...]

    @property
    def day(self) -> date:
        """A cycle stands at its first session."""
        return self.sessions[0].day

    @property
    def title(self) -> str:
        first = self.sessions[0]
        return first.cycle_name or first.title

    @property
    def event(self) -> int | None:
        """The evening behind it, where there is just one."""
        return self.sessions[0].pk if len(self.sessions) == 1 else None

    @cached_property
    def came(self) -> frozenset[int]:
        """Contacts that are known to have come, each once."""
        return frozenset(seat.contact for seat in self.seats if seat.came)

    @cached_property
    def is_listed(self) -> bool:
        """Whether somebody noted who came: a list was closed, or at least one person is on it."""
        return bool(self.came) or any(session.closed for session in self.sessions)

    @property
    def is_partial(self) -> bool:
        """Whether the list is known to lack people, or one of the sessions has none."""
        with_list = {seat.session for seat in self.seats if seat.came}
        unlisted = any(not s.closed and s.pk not in with_list for s in self.sessions)
        return self.is_listed and (unlisted or any(s.is_partial for s in self.sessions))

    @property
    def registered(self) -> int:
        """Seats people had asked for beforehand, guests with them; who just came is not among."""
        return _heads(seat for seat in self.seats if seat.source != WALK_IN)

    @property
    def registered_who_came(self) -> int:
        return _heads(seat for seat in self.seats if seat.came and seat.source != WALK_IN)

    @property
    def heads(self) -> int | None:
        """How many came, with guests and walk-ins; the number typed by hand wins over the list.

        None where nobody counted.
        """
        if all(session.counted is None for session in self.sessions):
            by_name = _heads(seat for seat in self.seats if seat.came)
            nameless = sum(session.nameless for session in self.sessions)
            return by_name + nameless if self.is_listed else None
        return sum(self._heads_of(session) for session in self.sessions)

    def _heads_of(self, session: Session) -> int:
        if session.counted is not None:
            return session.counted
        by_name = _heads(s for s in self.seats if s.came and s.session == session.pk)
        return by_name + session.nameless


def occasions_of(series: Series) -> list[Occasion]:
    """All that was held, the first one first; two queries for any number of evenings."""
    walked_in = Scan.objects.nameless().filter(event=OuterRef("pk")).order_by().values("event")
    nameless = Coalesce(Subquery(walked_in.annotate(n=Count("pk")).values("n")), 0)
    evenings = series.events.past().values_list(
        "pk", "title", "date", "cycle", "cycle__name", "came", "list_closed_at", "list_is_partial",
        nameless,
    )  # fmt: skip
    sessions = [Session(*row) for row in evenings.order_by("starts_at", "pk")]
    going = Registration.objects.going().filter(event__series=series).order_by()
    rows = going.values_list("event", "contact", "guests", "came", "source", "link")
    return gathered(sessions, (Seat(*row) for row in rows))


def gathered(sessions: Iterable[Session], seats: Iterable[Seat]) -> list[Occasion]:
    """Sessions of one cycle together, each in the place of the first of them."""
    groups: dict[tuple[str, int], list[Session]] = defaultdict(list)
    for session in sessions:
        key = ("cycle", session.cycle) if session.cycle else ("session", session.pk)
        groups[key].append(session)
    by_session: dict[int, list[Seat]] = defaultdict(list)
    for seat in seats:
        by_session[seat.session].append(seat)
    return [
        Occasion(tuple(group), tuple(seat for s in group for seat in by_session[s.pk]))
        for group in groups.values()
    ]


def _heads(seats: Iterable[Seat]) -> int:
    """Heads with their guests; a person in two sessions is one, with the guests of the fuller."""
    by_person: dict[int, int] = {}
    for seat in seats:
        by_person[seat.contact] = max(by_person.get(seat.contact, 0), seat.heads)
    return sum(by_person.values())
