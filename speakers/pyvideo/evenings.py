"""Which talks make an evening.

Evenings are not in the data. A talk says which one it belongs to, in this order:

1. the edition in its file name or title ("mp48-…"), however far apart the `recorded` dates are:
   those are often the days of the uploads, and some carry a wrong year;
2. the date at the beginning of its file name ("2019-03-19-…"), for the same reason;
3. the parts of one recording ("2 of 4") put online within a week: the day of the first;
4. the day on which it was recorded; what was said before five in the morning counts to the day
   before. If just one evening named by 1 or 2 is on that day, it is that one.

An edition is on the day that most of its talks name, the earliest of these if several do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from speakers.pyvideo.recording import Recording, in_the_night
from speakers.pyvideo.wording import part_of

ONE_SERIES_OF_PARTS = timedelta(days=7)


@dataclass
class Evening:
    """Talks of one evening in their order; `key` names it at every run."""

    key: str
    edition: str = ""
    recordings: list[Recording] = field(default_factory=list)

    @property
    def day(self) -> date:
        days = Counter(talk.named_day or talk.day for talk in self.recordings)
        return min(days, key=lambda day: (-days[day], day))

    @property
    def at(self) -> time | None:
        """When the first talk began; None where no file of that day says it."""
        hours = (talk.at for talk in self.recordings if talk.at and talk.day == self.day)
        return min(hours, key=in_the_night, default=None)

    @property
    def moved(self) -> list[Recording]:
        """Talks whose own date is another one than the evening's."""
        return [talk for talk in self.recordings if talk.day != self.day]


def evenings_of(recordings: Iterable[Recording]) -> list[Evening]:
    """All evenings, the earliest first."""
    talks = sorted(recordings, key=lambda talk: (talk.day, talk.order))
    found = _named([talk for talk in talks if talk.edition or talk.named_day])
    alone = defaultdict(list)
    for evening in found.values():
        alone[evening.day].append(evening)
    for day, talk in _by_day([talk for talk in talks if not (talk.edition or talk.named_day)]):
        same_day = alone[day]
        evening = (
            same_day[0] if len(same_day) == 1 else found.setdefault(f"{day}", Evening(f"{day}"))
        )
        evening.recordings.append(talk)
    for evening in found.values():
        evening.recordings.sort(key=lambda talk: talk.order)
    return sorted(found.values(), key=lambda evening: (evening.day, evening.key.zfill(12)))


def _named(talks: list[Recording]) -> dict[str, Evening]:
    """The evenings that the files themselves name."""
    found: dict[str, Evening] = {}
    for talk in talks:
        key = f"edition-{talk.edition}" if talk.edition else f"{talk.named_day}"
        found.setdefault(key, Evening(key, talk.edition)).recordings.append(talk)
    return found


def _by_day(talks: list[Recording]) -> list[tuple[date, Recording]]:
    """Each talk with the day of its evening, parts of one recording with the day of the first."""
    days: list[tuple[date, Recording]] = []
    first: dict[int, date] = {}
    for talk in talks:
        day, part = talk.day, part_of(talk.title)
        if part:
            if day - first.get(part[1], date.min) > ONE_SERIES_OF_PARTS:
                first[part[1]] = day
            day = first[part[1]]
        days.append((day, talk))
    return days
