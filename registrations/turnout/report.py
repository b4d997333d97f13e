"""Everything the page "How many will come" says about one evening, as plain data."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum

from meetups.models import Event
from registrations.forecast import Outlook
from registrations.models import Forecast, Registration
from registrations.turnout.audience import Audience, audience_of
from registrations.turnout.prospects import Prospect, heads, prospects_of

RISKS = (1, 5, 10, 20)
# The picture's own units.
WIDE = 1000


@dataclass(frozen=True)
class Picture:
    """The range as a bar between nobody and all registered, or all chairs of the room."""

    low: int
    width: int
    expected: int
    room: int | None


@dataclass(frozen=True)
class Part:
    """One way to take part: the range, and what may be given away."""

    prospect: Prospect
    room: int | None
    advice: list[tuple[int, int]]
    picture: Picture | None

    @property
    def outlook(self) -> Outlook | None:
        return self.prospect.outlook

    @property
    def is_online(self) -> bool:
        return self.prospect.mode == Event.Mode.ONLINE

    @property
    def limit(self) -> int | None:
        return self.prospect.event.limit(self.prospect.mode)

    @property
    def accept(self) -> int | None:
        """For the risk that the series has chosen; None without a room."""
        return dict(self.advice).get(self.prospect.event.series.overfill_percent)

    @property
    def is_short(self) -> bool:
        return bool(self.registered) and shortfall(self.prospect)

    @property
    def said_yes(self) -> int:
        return sum(group.people for group in self.prospect.groups if group.said_yes)

    @property
    def been_before(self) -> int:
        groups = self.prospect.groups
        return sum(group.people for group in groups if group.came or group.missed)

    @property
    def people(self) -> int:
        return sum(group.people for group in self.prospect.groups)

    @property
    def registered(self) -> int:
        return self.prospect.turnout.registered

    @property
    def grows(self) -> bool:
        """Whether the pace of earlier evenings is in the range, too."""
        return self.prospect.turnout.growth[0] != 1


@dataclass(frozen=True)
class Stored:
    """What was forecast, beside who came."""

    row: Forecast
    came: int | None

    @property
    def days_before(self) -> int:
        """By the calendar of the evening's place."""
        event = self.row.event
        return (event.date - self.row.at.astimezone(ZoneInfo(event.zone)).date()).days

    @property
    def error(self) -> int | None:
        """More than forecast: above zero."""
        return None if self.came is None else self.came - self.row.expected

    @property
    def fewer(self) -> int:
        return -(self.error or 0)

    @property
    def is_inside(self) -> bool:
        return self.came is not None and self.row.low <= self.came <= self.row.high


@dataclass(frozen=True)
class Report:
    parts: list[Part]
    stored: list[Stored]
    audience: Audience | None
    came: int | None = None
    apart: dict[str, int] = field(default_factory=dict)


def report_of(event: Event, now: datetime) -> Report:
    """A fixed number of queries for any crowd and any past."""
    prospects = prospects_of([event], now)[event.pk]
    seats = _seats(event)
    came = _came(event, seats) if event.is_over else None
    rows = event.forecasts.filter(schedule_rev=event.schedule_rev)
    is_draft = event.status == Event.Status.DRAFT
    return Report(
        parts=[part_of(prospect) for prospect in prospects],
        stored=[Stored(row, came) for row in rows],
        audience=audience_of(prospects[0]) if is_draft else None,
        came=came,
        apart={name: seats[name] for name in ("waiting", "to_approve", "offered")},
    )


def part_of(prospect: Prospect) -> Part:
    room = None if prospect.mode == Event.Mode.ONLINE else room_of(prospect.event)
    risks = sorted({*RISKS, prospect.event.series.overfill_percent})
    advice = [(risk, prospect.turnout.can_accept(room, risk)) for risk in risks] if room else []
    return Part(prospect, room, advice, _picture(prospect, room))


def room_of(event: Event) -> int | None:
    """The chairs of the room; None where nobody knows them."""
    return event.room.capacity if event.room else None


def _picture(prospect: Prospect, room: int | None) -> Picture | None:
    outlook = prospect.outlook
    if outlook is None:
        return None
    whole = max(outlook.registered, outlook.high, room or 0)
    low, middle, high = (
        WIDE * number // whole for number in (outlook.low, outlook.expected, outlook.high)
    )
    return Picture(low, max(high - low, 4), middle, WIDE * room // whole if room else None)


def _seats(event: Event) -> dict[str, Any]:
    """Counts of this evening in one query; those who came by its first way to take part."""
    state, mine = Registration.State, Q(mode=event.modes[0])
    waiting = Q(state=state.WAITING)
    return event.registrations.aggregate(
        waiting=Count("pk", filter=waiting & Q(needs_approval=False)),
        to_approve=Count("pk", filter=waiting & Q(needs_approval=True)),
        offered=Count("pk", filter=Q(state__in=[state.OFFERED, state.PENDING])),
        came=Sum(1 + F("guests"), filter=mine & Q(state=state.GOING, came=True), default=0),
    )


def _came(event: Event, seats: dict[str, Any]) -> int | None:
    is_both = event.mode == Event.Mode.BOTH
    closed = event.list_closed_at is not None
    nameless = 0 if event.mode == Event.Mode.ONLINE else event.scans.nameless().count()
    return heads(is_both, event.came, closed, event.list_is_partial, seats["came"], nameless)


def shortfall(prospect: Prospect) -> bool:
    """Whether even a good turn-out leaves more than half of the room empty (need 52)."""
    room = room_of(prospect.event) or prospect.event.limit(prospect.mode)
    outlook: Any = prospect.outlook
    most = outlook.high if outlook else prospect.turnout.registered
    return prospect.mode == Event.Mode.ONSITE and bool(room) and 2 * most < (room or 0)


def overflow(prospect: Prospect) -> bool:
    """Whether the room is too small more often than the series has agreed to."""
    room = room_of(prospect.event)
    if prospect.mode == Event.Mode.ONLINE or not room or prospect.outlook is None:
        return False
    risk = prospect.event.series.overfill_percent
    return prospect.turnout.registered > prospect.turnout.can_accept(room, risk)
