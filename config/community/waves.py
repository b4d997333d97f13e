"""Writing waves: what a file brings leaves by itself when it is due, and only once.

One of the same evening, audience, subject and text is the same wave. The file may move what has not
left; what left, or was called off by an organizer, stays as it is.
"""

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from config.community.problems import Problems
from config.community.shapes import Record
from mailings.audiences import AFTERWARDS, STRANGERS_TO_IT
from mailings.models import Wave
from mailings.models.wave import GOOD_FOR, MOST_INVITATIONS
from meetups.models import Event
from meetups.walltime import instant

A_YEAR = 366


def write_waves(told: list[Record], problems: Problems) -> None:
    """All waves of the file, evening by evening, each evening locked."""
    by_event: dict[str, list[Record]] = defaultdict(list)
    for record in told:
        by_event[record["event"]].append(record)
    for slug in sorted(by_event):
        with Event.objects.get(slug=slug).locked() as event:
            _Messages(event, problems).write(by_event[slug])


class _Messages:
    """The messages of one evening, under its lock."""

    def __init__(self, event: Event, problems: Problems) -> None:
        self.event, self.problems = event, problems
        self.now = timezone.now()
        self.stored = list(event.waves.select_for_update())
        for wave in self.stored:
            wave.event = event
        # What leads back to a file, or to an organizer who said the same.
        self.known = [wave for wave in self.stored if wave.released_at]
        self.known.sort(key=lambda wave: (wave.state not in Wave.TO_COME, wave.due_at))

    def write(self, told: list[Record]) -> None:
        """First what is known, so that it keeps its number; then the new ones as they are due."""
        same = self._same(told)
        for wave, record in same.values():
            if wave.state in Wave.TO_COME and not wave.started_at:
                self._move(wave, record)
        new = [record for record in told if record.place not in same]
        for record in sorted(new, key=self._moment):
            self._add(record)

    def _same(self, told: list[Record]) -> dict[str, tuple[Wave, Record]]:
        """The stored wave of each record that has one: of several first that of the same time."""
        found: dict[str, tuple[Wave, Record]] = {}
        for exactly in (True, False):
            for record in told:
                fitting = (wave for wave in self.known if self._is(wave, record, exactly))
                wave = None if record.place in found else next(fitting, None)
                if wave:
                    self.known.remove(wave)
                    found[record.place] = wave, record
        return found

    def _is(self, wave: Wave, told: Record, exactly: bool) -> bool:
        content = (told["audience"], told.get("subject", ""), told.get("text", ""))
        same = content == (wave.audience, wave.subject, wave.text)
        return same and (not exactly or self._is_due_so(wave, told))

    def _is_due_so(self, wave: Wave, told: Record) -> bool:
        if told["due"] is None:
            return wave.at_once
        return wave.due_at == self._moment(told) and not wave.at_once

    def _move(self, wave: Wave, told: Record) -> None:
        if self._is_due_so(wave, told) and (told["due"] or wave.due_at <= self.now):
            return
        self._set_due(wave, told)
        self._save(wave, told, self._refusal(wave))

    def _add(self, told: Record) -> None:
        wave = Wave(event=self.event, state=Wave.State.RELEASED, released_at=self.now)
        for name, value in told.only("audience", "subject", "text").items():
            setattr(wave, name, value)
        is_news = wave.audience in STRANGERS_TO_IT
        wave.purpose = Wave.Purpose.INVITATION if is_news else Wave.Purpose.NOTE
        self._set_due(wave, told)
        self._save(wave, told, self._refusal(wave) or self._take_number(wave))
        self.stored.append(wave)

    def _save(self, wave: Wave, told: Record, refusal: str) -> None:
        if refusal:
            self.problems.add(told.place, refusal)
        else:
            wave.save()

    def _moment(self, told: Record) -> datetime:
        """When it is due: the file says it in the zone of the series."""
        wall = told["due"]
        if wall is None:
            return self.now
        return instant(wall.date(), wall.time(), self.event.series.time_zone)

    def _set_due(self, wave: Wave, told: Record) -> None:
        """As days before the evening and a time of its zone, in which waves keep it."""
        local = self._moment(told).astimezone(ZoneInfo(self.event.zone))
        wave.days_before, wave.at = (self.event.date - local.date()).days, local.time()
        wave.at_once = told["due"] is None
        wave.anyway = told.get("anyway", wave.anyway)
        wave.prepare()

    def _refusal(self, wave: Wave) -> str:
        """Why it cannot leave then; empty if it can."""
        event, earliest = self.event, self.event.series.first_wave_days
        if event.is_cancelled:
            return "this evening is cancelled and its people were told"
        if wave.audience in AFTERWARDS and wave.due_at >= event.ends_at + GOOD_FOR:
            return "this is more than a week after the evening"
        if wave.audience not in AFTERWARDS and wave.due_at >= event.starts_at:
            return "the evening has begun by then"
        if wave.is_invitation and wave.days_before > earliest and not wave.anyway:
            return f'earlier than {earliest} days before people cool down; "anyway": true sends it'
        if wave.days_before > A_YEAR:
            return "this is more than a year before the evening"
        return "" if wave.is_invitation or wave.text else "a message to these people needs a text"

    def _take_number(self, wave: Wave) -> str:
        """Make it one of the two invitations, in the place of a draft that nobody wrote in."""
        if not wave.is_invitation:
            return ""
        others = [other for other in self.stored if self._counts(other)]
        numbers = {1, MOST_INVITATIONS} - {other.number for other in others if other.number}
        if not numbers:
            return "this evening has its two invitations; a third one annoys more than it brings"
        wave.number = min(numbers)
        drafts = self.event.waves.filter(number=wave.number, state=Wave.State.DRAFT)
        drafts.delete()
        return ""

    def _counts(self, wave: Wave) -> bool:
        """Whether its number is taken: not by one called off, nor by a default nobody touched."""
        if wave.state == Wave.State.CANCELLED:
            return wave.started_at is not None
        untouched = (wave.subject, wave.text, wave.audience) == ("", "", "followers")
        return not (wave.state == Wave.State.DRAFT and untouched)
