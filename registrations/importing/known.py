"""The evenings that a file speaks of: those we know, and those that it would make."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from meetups.models import Event, Series
from meetups.text import folded
from meetups.walltime import instant
from registrations.importing.lines import Night, NotTaken
from registrations.importing.mapping import Mapping

# In front of the number or link by which the file names an evening (`Event.source`).
SOURCE = "import"
FIELDS = (
    "pk", "slug", "source", "title", "date", "time", "starts_at", "ends_at", "status", "mode",
)  # fmt: skip


@dataclass(eq=False)
class Evening:
    """One evening of the file; `pk` where we know it already."""

    title: str
    date: dt.date
    time: dt.time
    starts_at: dt.datetime
    mode: str = Event.Mode.ONSITE
    zone: str = ""
    source: str = SOURCE
    time_known: bool = True
    pk: int | None = None
    is_used: bool = False
    trouble: str = ""

    @property
    def row(self) -> int:
        """Its id, once it is written."""
        if self.pk is None:
            raise LookupError("not written yet")
        return self.pk


class Evenings:
    """All of a series; asked once, then every line finds its own among them."""

    def __init__(self, series: Series, mapping: Mapping) -> None:
        self.series, self.mapping, self.now = series, mapping, timezone.now()
        self.all: list[Evening] = []
        self.by_mark: dict[str, Evening] = {}
        self.by_title: dict[tuple[dt.date, str], Evening] = {}
        self.by_day: dict[dt.date, list[Evening]] = {}
        self.by_pk: dict[int, Evening] = {}
        for row in series.events.order_by("pk").values(*FIELDS):
            self._remember(row)

    def find(self, night: Night) -> Evening:
        """The evening that is meant, known or new. Raises NotTaken for one to come, or none."""
        evening = self._known(night) or self._new(night)
        if evening.trouble:
            raise NotTaken(evening.trouble)
        return evening

    def used(self) -> list[Evening]:
        """Those that a line was taken of, the earliest first."""
        return sorted((e for e in self.all if e.is_used), key=lambda e: e.starts_at)

    def _remember(self, row: dict[str, Any]) -> None:
        evening = Evening(
            row["title"], row["date"], row["time"], row["starts_at"],
            Event.Mode.ONLINE if row["mode"] == Event.Mode.ONLINE else Event.Mode.ONSITE,
            pk=row["pk"],
        )  # fmt: skip
        if row["ends_at"] > self.now:
            evening.trouble = "to_come"
        elif row["status"] == Event.Status.CANCELLED:
            evening.trouble = "cancelled"
        self.by_pk[row["pk"]] = evening
        self.by_mark[row["slug"]] = evening
        if row["source"]:
            self.by_mark[row["source"].removeprefix(f"{SOURCE}:")] = evening
        self._file(evening)

    def _file(self, evening: Evening) -> None:
        self.all.append(evening)
        self.by_title.setdefault((evening.date, folded(evening.title)), evening)
        self.by_day.setdefault(evening.date, []).append(evening)

    def _known(self, night: Night) -> Evening | None:
        if night.known:
            return self.by_pk.get(night.known)
        if night.mark:
            last = night.mark.rstrip("/").rpartition("/")[2]
            if found := self.by_mark.get(night.mark) or self.by_mark.get(last):
                return found
        if night.date is None:
            return None
        if night.title:
            return self.by_title.get((night.date, folded(night.title)))
        that_day = self.by_day.get(night.date, [])
        return that_day[0] if len(that_day) == 1 else None

    def _new(self, night: Night) -> Evening:
        if night.date is None:
            raise NotTaken("no_date")
        time = night.time or self.series.usual_time
        zone = self.mapping.zone
        starts_at = instant(night.date, time, zone)
        if starts_at + dt.timedelta(minutes=self.series.usual_minutes) > self.now:
            raise NotTaken("to_come")
        source = f"{SOURCE}:{night.mark}" if night.mark else SOURCE
        title = night.title or f"{self.series}, {date_format(night.date, 'j E Y')}"[:200]
        evening = Evening(
            title,
            night.date,
            time,
            starts_at,
            zone=zone,
            source=source,
            time_known=bool(night.time),
        )
        if night.mark:
            self.by_mark[night.mark] = evening
        self._file(evening)
        return evening
