"""Regular, recurring, one-off: what each person was in each month, from what was known then (O6).

In a month, a person is counted who came in it, once. Her kind is by how often she came within the
twelve months that end with it: once, twice, or at least REGULAR_VISITS times. Nothing that happens
later changes it, and six people are counted like six hundred.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from registrations.attendance.occasions import Occasion
from registrations.models.seats import REGULAR_VISITS

SPAN = 12


class Kind(StrEnum):
    REGULAR = "regular"
    RECURRING = "recurring"
    ONE_OFF = "one-off"


class Month(NamedTuple):
    year: int
    number: int

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    def __add__(self, months: int) -> "Month":  # type: ignore[override]
        years, left = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, left + 1)


@dataclass(frozen=True)
class Count:
    """People of one span by kind; `held` evenings, `listed` of them with a list of who came."""

    regular: int
    recurring: int
    one_off: int
    held: int
    listed: int

    @property
    def people(self) -> int:
        return self.regular + self.recurring + self.one_off


def month_of(day: date) -> Month:
    return Month(day.year, day.month)


def kind_of(visits: int) -> Kind:
    """What somebody is who came that often within twelve months, 1 or more."""
    if visits >= REGULAR_VISITS:
        return Kind.REGULAR
    return Kind.RECURRING if visits > 1 else Kind.ONE_OFF


def kinds_by_month(occasions: Sequence[Occasion], until: Month) -> dict[Month, Count]:
    """Every month from the first evening to `until`, those without an evening, too."""
    if not occasions:
        return {}
    by_month = _by_month(occasions)
    month = min(by_month)
    found = {}
    while month <= until:
        window = [o for back in range(SPAN) for o in by_month.get(month + -back, [])]
        found[month] = _count(by_month.get(month, []), window)
        month = month + 1
    return found


def kinds_by_year(occasions: Sequence[Occasion]) -> dict[int, Count]:
    """The same for whole years: who came in the year, by how often within it."""
    by_year: dict[int, list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        by_year[occasion.day.year].append(occasion)
    return {year: _count(held, held) for year, held in by_year.items()}


def _by_month(occasions: Iterable[Occasion]) -> dict[Month, list[Occasion]]:
    found: dict[Month, list[Occasion]] = defaultdict(list)
    for occasion in occasions:
        found[month_of(occasion.day)].append(occasion)
    return found


def _count(held: Sequence[Occasion], window: Sequence[Occasion]) -> Count:
    here = frozenset().union(*(occasion.came for occasion in held))
    visits = Counter(person for o in window for person in o.came if person in here)
    kinds = Counter(kind_of(times) for times in visits.values())
    return Count(
        kinds[Kind.REGULAR],
        kinds[Kind.RECURRING],
        kinds[Kind.ONE_OFF],
        held=len(held),
        listed=sum(occasion.is_listed for occasion in held),
    )
