"""The run sheet: what was planned, what is now, and what follows from a delay (need 100)."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meetups.models import Event, Slot
from meetups.running_order import running_order
from planning.models import Begun, HostNote

# A few minutes late are an evening like any other.
WORTH_A_WORD = dt.timedelta(minutes=5)
SHORTEST_BREAK = 5  # minutes


@dataclass(frozen=True)
class Line:
    """One item of the agenda; times by the evening's own clocks."""

    slot: Slot
    planned: dt.datetime
    # When it began, or will as things stand.
    expected: dt.datetime
    ends: dt.datetime
    # "over", "now" or "ahead"
    state: str
    words: str

    @property
    def late(self) -> int:
        """Minutes behind the plan; never less than none."""
        return max((self.expected - self.planned) // dt.timedelta(minutes=1), 0)

    @property
    def overrun(self) -> int:
        """Minutes by which the item that is on now exceeds its time."""
        over = timezone.now() - self.ends_as_planned
        return max(over // dt.timedelta(minutes=1), 0) if self.state == "now" else 0

    @property
    def ends_as_planned(self) -> dt.datetime:
        return self.expected + dt.timedelta(minutes=self.slot.minutes)


@dataclass(frozen=True)
class RunSheet:
    lines: list[Line]
    advice: str
    # The next break that can give minutes, and how long it would be then.
    cut: Slot | None = None
    cut_to: int = 0


def run_sheet(event: Event) -> RunSheet:
    """How the evening stands now: later items move by what earlier ones took; two queries."""
    slots = list(event.slots.select_related("begun", "host_note", "talk"))
    lines = _lines(event, slots)
    late = _lateness(lines)
    if late < WORTH_A_WORD:
        return RunSheet(lines, "")
    minutes = late // dt.timedelta(minutes=1)
    ends = f"{lines[-1].ends:%H:%M}"
    said = ngettext(
        "%(late)d minute late: as it stands, the evening ends at %(ends)s.",
        "%(late)d minutes late: as it stands, the evening ends at %(ends)s.",
        minutes,
    ) % {"late": minutes, "ends": ends}  # fmt: skip
    cut = next((line.slot for line in lines if _may_be_cut(line)), None)
    if cut is None:
        return RunSheet(lines, said)
    to = max(cut.minutes - minutes, SHORTEST_BREAK)
    advice = _("%(said)s Cut the next break to %(to)d minutes, or let everything move.")
    return RunSheet(lines, advice % {"said": said, "to": to}, cut, to)


def begin(slot: Slot) -> None:
    """Note that the item begins now; pressed twice, the first time counts."""
    Begun.objects.get_or_create(slot=slot)


def take_back(slot: Slot) -> None:
    """It has not begun after all."""
    Begun.objects.filter(slot=slot).delete()


def shorten(slot: Slot, minutes: int) -> None:
    """Give a break fewer minutes; everything behind it comes earlier."""
    if slot.is_break and 1 <= minutes < slot.minutes:
        slot.minutes = minutes
        slot.save(update_fields=["minutes"])


def write_note(slot: Slot, words: str) -> None:
    """Keep what the host wants at hand beside this item."""
    HostNote.objects.update_or_create(slot=slot, defaults={"words": words[:2000]})


def _lines(event: Event, slots: list[Slot]) -> list[Line]:
    zone, now = ZoneInfo(event.zone), timezone.now()
    begun = [getattr(slot, "begun", None) for slot in slots]
    last = max((place for place, one in enumerate(begun) if one), default=-1)
    lines, free_from = [], None
    for place, item in enumerate(running_order(event, slots)):
        mark = begun[place]
        expected = mark.at if mark else max(filter(None, [item.starts_at, free_from]))
        ends = expected + dt.timedelta(minutes=item.slot.minutes)
        state = "now" if place == last else "over" if place < last else "ahead"
        ends = max(ends, now) if state == "now" else ends
        free_from = ends
        note = getattr(item.slot, "host_note", None)
        planned, begins, done = (at.astimezone(zone) for at in (item.starts_at, expected, ends))
        lines.append(Line(item.slot, planned, begins, done, state, note.words if note else ""))
    return lines


def _lateness(lines: list[Line]) -> dt.timedelta:
    """By how much the rest of the evening is behind, once it has begun."""
    ahead = [line for line in lines if line.state == "ahead"]
    if not ahead or all(line.state == "ahead" for line in lines):
        return dt.timedelta()
    return max(line.expected - line.planned for line in ahead)


def _may_be_cut(line: Line) -> bool:
    is_pause = line.slot.kind == Slot.Kind.BREAK
    return line.state == "ahead" and is_pause and line.slot.minutes > SHORTEST_BREAK
