"""What each column of one file is, and what else its lines do not say themselves."""

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from meetups.models import Series
from registrations.importing.dates import FORMATS, doubtful, guessed_order
from registrations.importing.heads import What, guessed
from registrations.importing.reading import Table

PEOPLE, ONE, MANY = "people", "one", "many"
DATES = (What.DATE, What.SAID, What.JOINED)
# So many of a file's first lines tell how it writes dates.
LOOKED_AT = 200


@dataclass(frozen=True)
class Mapping:
    """How one file is to be read; kept with it as JSON."""

    columns: list[str]
    about: str = PEOPLE
    order: str = next(iter(FORMATS))
    zone: str = "UTC"
    # The one evening that the file is about: one we know, or a new one.
    evening: int | None = None
    title: str = ""
    date: str = ""
    # A seat without a mark means that she did not come.
    unmarked_stayed_away: bool = False
    places: dict[str, int] = field(init=False, default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        self.places.update({what: n for n, what in enumerate(self.columns) if what})

    @classmethod
    def guess(cls, table: Table, series: Series) -> Self:
        """What the names of the columns and their first values tell."""
        columns, zone = guessed(table.head), series.time_zone
        order = guessed_order(_dates(table, columns), zone)
        return cls(columns, _about(columns), order, zone)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        return cls(**kept)

    def as_json(self) -> dict[str, Any]:
        kept = asdict(self)
        del kept["places"]
        return kept

    def doubt(self, table: Table) -> tuple[str, dt.date, dt.date] | None:
        """A date of the file that may be two days, where none of its dates tells which."""
        return doubtful(_dates(table, self.columns), self.order, self.zone)

    @property
    def day(self) -> dt.date | None:
        """The day of the one new evening."""
        return dt.date.fromisoformat(self.date) if self.date else None

    def cell(self, cells: tuple[str, ...], what: str) -> str:
        """What the line says of this; "" where no column does."""
        place = self.places.get(what)
        return cells[place] if place is not None and place < len(cells) else ""


def _dates(table: Table, columns: list[str]) -> list[str]:
    seen = [n for n, what in enumerate(columns) if what in DATES]
    return [sample for n in seen for sample in table.samples(n, LOOKED_AT)]


def _about(columns: list[str]) -> str:
    if {What.DATE, What.EVENING, What.TITLE} & set(columns):
        return MANY
    return ONE if {What.RSVP, What.CAME} & set(columns) else PEOPLE
