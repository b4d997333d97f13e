"""What is over by the periods of each series goes, once a day, and the log says how much (O24)."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from meetups.models import Forgotten, KeepFor, Series
from outbox.holdings import blank_late_words
from outbox.models import Heartbeat
from people.keeping import Rule, Span, rules
from people.scrubbing import forget_sessions

FORGETTING, FORGET_EVERY = "retention", timedelta(days=1)
# What is left after so many seconds waits for the next tick.
LONGEST_RUN = 10
STAYS = 0


@dataclass(frozen=True)
class Period:
    """How long one series keeps one kind of thing."""

    rule: Rule
    days: int
    span: Span | None

    @property
    def due(self) -> int:
        """How many go with the next run."""
        return self.rule.due(self.span) if self.span else 0


def periods_of(series: Series) -> list[Period]:
    """Every rule with the days that the series has chosen, else the usual ones."""
    own = _own_days()
    return [_period(rule, series.pk, own) for rule in rules.values()]


def forgotten_by(series: Series, days: int = 30) -> list[dict[str, Any]]:
    """What went on the latest days on which anything did: day, what, how many."""
    by_day = series.forgotten.order_by().values("what", day=TruncDate("at"))
    rows = by_day.annotate(count=Sum("count")).order_by("-day", "what")
    return [row | {"name": rules[row["what"]].name} for row in rows[:days] if row["what"] in rules]


def forget_due() -> int:
    """Once a day: whatever is over goes, in batches; returns how many things have gone.

    Twice at the same time is once: whoever comes second leaves it to the first.
    """
    age = Heartbeat.objects.age(FORGETTING)
    if age is not None and age < FORGET_EVERY:
        return 0
    end = time.monotonic() + LONGEST_RUN
    gone = 0
    for period in _all_periods():
        while batch := _forget_batch(period):
            gone += batch
            if time.monotonic() > end:
                return gone
    gone += blank_late_words() + forget_sessions()
    Heartbeat.objects.beat(FORGETTING)
    return gone


def _all_periods() -> Iterator[Period]:
    own = _own_days()
    for number in Series.objects.order_by("pk").values_list("pk", flat=True):
        for rule in rules.values():
            yield _period(rule, number, own)


def _own_days() -> dict[tuple[str, int], int]:
    rows = KeepFor.objects.values_list("what", "series_id", "days")
    return {(what, series): days for what, series, days in rows}


def _period(rule: Rule, series_id: int, own: dict[tuple[str, int], int]) -> Period:
    days = own.get((rule.what, series_id), rule.days)
    if days == STAYS:
        return Period(rule, days, None)
    longer = tuple(
        number
        for (what, number), theirs in own.items()
        if what == rule.what and (theirs == STAYS or theirs > days)
    )
    before = timezone.now() - timedelta(days=days)
    return Period(rule, days, Span(series_id, before, longer))


def _forget_batch(period: Period) -> int:
    """One batch and its line in the log, both or none."""
    if period.span is None:
        return 0
    with transaction.atomic():
        if not _is_first():
            return 0
        count = period.rule.run(period.span)
        if count:
            Forgotten.objects.create(
                series_id=period.span.series_id,
                what=period.rule.what,
                count=count,
                older_than=period.span.before,
            )
    return count


def _is_first() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('retention', 24))")
        return bool(cursor.fetchone()[0])
