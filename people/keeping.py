"""For how long we keep what we know of people, one rule for each kind of thing (O24).

Each app adds its rules in `holdings.py`. A series may change the days within a rule's bounds; 0
means that it stays, where a rule allows that. Counts and who came are no business of any rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

BATCH = 500


@dataclass(frozen=True)
class Span:
    """Of which series what is older; `longer` are the series that keep the same for longer."""

    series_id: int
    before: datetime
    longer: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One kind of thing: for how many days it is kept, what is over by then, and how it goes."""

    what: str
    name: str | Promise
    days: int
    least: int
    most: int
    # What is over and still here: asked for the preview, and until nothing is left.
    rows: Callable[[Span], Any]
    forget: Callable[[Any], object]
    may_stay: bool = False
    batch: int = BATCH

    def due(self, span: Span) -> int:
        """How many would go now."""
        return int(self.rows(span).count())

    def run(self, span: Span) -> int:
        """Forget one batch; returns how many have gone, 0 when nothing is left."""
        rows = self.rows(span).order_by("pk")
        numbers = list(rows.values_list("pk", flat=True)[: self.batch])
        if numbers:
            self.forget(rows.model._default_manager.filter(pk__in=numbers))
        return len(numbers)


rules: dict[str, Rule] = {}


def keep(rule: Rule) -> None:
    """Add a rule; its name says in the table of periods what it is about."""
    rules[rule.what] = rule
