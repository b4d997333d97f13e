"""The messages of one evening in the order of time, as its organizers plan and follow them."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mailings import reminding
from mailings.advice import advice_on
from mailings.models import Wave
from mailings.models.held_back import HeldBack
from mailings.progress import Number, Progress, held_counts, progress_of, word_of
from mailings.reach import Reach, reaches
from meetups.models import Event
from people.models import Contact

# A shape beside each word, so that a state is never only a colour.
ICONS = {
    "draft": "circle",
    "released": "clock",
    "paused": "circle-pause",
    "started": "send",
    "sent": "circle-check",
    "cancelled": "circle-x",
    "missed": "circle-alert",
}
REMINDER_STATES = {
    "on": "released",
    "paused": "paused",
    "off": "cancelled",
    "never": "cancelled",
    "started": "started",
    "over": "sent",
}
LOOKS = {"released": "pill-strong", "started": "pill-strong", "missed": "pill-bad"}


@dataclass(frozen=True)
class Entry:
    """One message of the evening: when, what, for whom, how it stands, where to go on."""

    at: dt.datetime
    zone: str
    name: str
    audience: str
    state: str  # a key of ICONS
    word: str
    days_before: int
    url: str = ""
    wave: Wave | None = None
    reached: list[Number] = field(default_factory=list)  # by channel, before it leaves
    held: list[Number] = field(default_factory=list)  # by reason
    progress: Progress | None = None
    advice: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def icon(self) -> str:
        return ICONS[self.state]

    @property
    def look(self) -> str:
        return LOOKS.get(self.state, "")

    @property
    def local(self) -> dt.datetime:
        return self.at.astimezone(ZoneInfo(self.zone))

    @property
    def distance(self) -> str:
        """How far it is from now, by the calendar: "in 5 days", "yesterday"."""
        days = (self.local.date() - timezone.now().astimezone(ZoneInfo(self.zone)).date()).days
        return days_away(days)

    @property
    def countdown(self) -> str:
        """The days before the evening, as planners write them: "T−3"."""
        if not self.days_before:
            return "T"
        return f"T−{self.days_before}" if self.days_before > 0 else f"T+{-self.days_before}"  # noqa: RUF001

    @property
    def people(self) -> int:
        """How many it would reach."""
        return sum(number.number for number in self.reached)

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed."""
        return self.state in Wave.TO_COME and not (self.wave and self.wave.started_at)


def days_away(days: int) -> str:
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    if days in near:
        return near[days]
    if days > 0:
        return ngettext("in %d day", "in %d days", days) % days
    return ngettext("%d day ago", "%d days ago", -days) % -days


def timeline(event: Event) -> list[Entry]:
    """Everything planned for the evening, the earliest first; a fixed number of queries."""
    waves = list(event.waves.select_related("line"))
    for wave in waves:
        wave.event = event
    numbers = reaches([wave for wave in waves if _is_to_come(wave)])
    standing = progress_of(waves)
    entries = [entry_of(wave, numbers.get(wave.pk), standing[wave.pk]) for wave in waves]
    return sorted([*entries, *_reminders(event)], key=lambda entry: entry.at)


def entry_of(wave: Wave, numbers: Reach | None, progress: Progress) -> Entry:
    """One wave, with whom it would reach or how far it has come."""
    state = _state_of(wave, progress)
    reached, held = split(numbers or {})
    return Entry(
        at=wave.due_at,
        zone=wave.event.zone,
        name=wave.name,
        audience=audience_of(wave),
        state=state,
        word=word_of(wave, progress),
        days_before=wave.days_before,
        url=reverse("admin:mailings_wave_change", args=[wave.pk]),
        wave=wave,
        reached=reached,
        held=progress.held() if wave.started_at else held,
        progress=progress if wave.started_at else None,
        advice=advice_on(wave, sum(number.number for number in reached)),
    )


def split(numbers: Reach) -> tuple[list[Number], list[Number]]:
    """Whom it would reach, by channel, and from whom it is held back, by reason."""
    channels: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for (via, reason), number in numbers.items():
        counts, name = (reasons, reason) if reason else (channels, via)
        counts[name] = counts.get(name, 0) + number
    names: Any = Contact.Channel
    reached = [Number(via, str(names(via).label), n) for via, n in sorted(channels.items())]
    return reached, held_counts(reasons)


def audience_of(wave: Wave) -> str:
    """For whom it is, in words: "followers of Web"."""
    words = wave.get_audience_display()
    line = wave.about_line
    if wave.audience == "followers" and line:
        return _("followers of %(line)s, or of the whole series") % {"line": line}
    return words


def capped(held: list[Number]) -> Number | None:
    """The ones held back by a cap, which everybody asks about."""
    return next((one for one in held if one.name == HeldBack.Reason.CAPPED), None)


def _is_to_come(wave: Wave) -> bool:
    return not wave.started_at and wave.state in Wave.TO_COME


def _state_of(wave: Wave, progress: Progress) -> str:
    if wave.state == Wave.State.STARTED and not progress.waiting:
        return "sent"
    return wave.state


def _reminders(event: Event) -> list[Entry]:
    return [_reminder(one, event) for one in reminding.entries(event) if one.at]


def _reminder(one: reminding.Entry, event: Event) -> Entry:
    """A reminder as an entry of the line; it leaves by itself and needs no release."""
    assert one.at is not None  # noqa: S101
    progress = Progress(states=dict(one.counts)) if one.counts else None
    return Entry(
        at=one.at,
        zone=event.zone,
        name=one.name,
        audience=_("people with a seat"),
        state=REMINDER_STATES[one.state],
        word=one.words,
        days_before=(event.date - one.at.date()).days,
        url=one.url,
        reached=[]
        if progress
        else [Number("email", _("by each person's own channel"), one.people)],
        progress=progress,
        note=_("Missed: %(n)d.") % {"n": one.missed} if one.missed else "",
    )
