"""The page "Who comes" of a series, from rows to words: the last two years month by month and
evening by evening, what is older by year."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registrations.attendance.charts import Bar, Chart, chart
from registrations.attendance.kinds import (
    SPAN,
    Count,
    Month,
    kinds_by_month,
    kinds_by_year,
    month_of,
)
from registrations.attendance.occasions import Occasion
from registrations.attendance.trend import Step, steps_of, summed
from registrations.models.seats import REGULAR_VISITS

SHOWN = 24  # months
UNKNOWN = "?"


@dataclass(frozen=True)
class Span:
    """A month or a year, and who came in it."""

    name: str
    count: Count


@dataclass(frozen=True)
class Report:
    months: list[Span]  # the latest first, as the steps
    years: list[Span]
    steps: list[Step]
    older: list[Step]
    total: Step | None
    people: int
    kinds: Chart
    evenings: Chart

    @property
    def has_unlisted(self) -> bool:
        return any(span.count.held > span.count.listed for span in [*self.months, *self.years])


def report_of(occasions: Sequence[Occasion]) -> Report:
    """Everything on the page; asks the database nothing."""
    until = month_of(max(o.day for o in occasions)) if occasions else Month(1, 1)
    since = (until + -(SHOWN - 1)).first if occasions else until.first
    months = {m: c for m, c in kinds_by_month(occasions, until).items() if m.first >= since}
    years = kinds_by_year(occasions)
    steps = steps_of(occasions)
    shown = [step for step in steps if step.day >= since]
    old = [step for step in steps if step.day < since]
    return Report(
        months=[Span(_name(m), count) for m, count in reversed(months.items())],
        years=[Span(str(y), years[y]) for y in sorted({step.day.year for step in old})[::-1]],
        steps=shown[::-1],
        older=_by_year(old)[::-1],
        total=summed(steps, _("All evenings")) if steps else None,
        people=len(frozenset().union(*(occasion.came for occasion in occasions))),
        kinds=chart(_month_bar(m, count) for m, count in months.items()),
        evenings=chart((_step_bar(step) for step in shown), pitch=40),
    )


def kinds_in_words() -> list[tuple[str, str]]:
    """What the three kinds mean, as they are counted; stands beside their chart."""
    span = {"months": SPAN, "most": REGULAR_VISITS}
    return [
        (
            _("Regular"),
            _(
                "Came in this month, and at least %(most)d times within the %(months)d months that"
                " end with it."
            )
            % span,
        ),
        (
            _("Recurring"),
            _("Came in this month, and twice within those %(months)d months.") % span,
        ),
        (
            _("One-off"),
            _("Came in this month, and only this once within those %(months)d months.") % span,
        ),
    ]


def figures_in_words() -> list[tuple[str, str]]:
    """What the figures of an evening mean, as they are counted."""
    return [
        (_("New"), _("Came to an evening of this series for the first time we know of.")),
        (_("Came"), _("Heads: with the guests people brought, and with those who just came by.")),
        (
            _("Rate"),
            _(
                "How many of a hundred registered came. Who came without a seat is in neither"
                " number, except where only heads were counted."
            ),
        ),
    ]


def _name(month: Month) -> str:
    return date_format(month.first, "F Y")


def _by_year(steps: Sequence[Step]) -> list[Step]:
    years = groupby(steps, key=lambda step: step.day.year)
    return [summed(list(group), str(year)) for year, group in years]


def _month_bar(month: Month, count: Count) -> Bar:
    year = month.first if month.number == 1 else None
    return Bar(
        label=date_format(month.first, "M"),
        label_below=date_format(year, "Y") if year else "",
        above=str(count.people) if count.listed else UNKNOWN if count.held else "",
        words=f"{_name(month)}: {count_in_words(count)}",
        parts=[("strong", count.regular), ("hatched", count.recurring), ("dotted", count.one_off)],
    )


def count_in_words(count: Count) -> str:
    """ "3 regular, 2 recurring, 9 one-off", or why there are no numbers."""
    if not count.held:
        return _("no evening")
    if not count.listed:
        return _("no list kept")
    return _("%(regular)d regular, %(recurring)d recurring, %(one_off)d one-off") % {
        "regular": count.regular,
        "recurring": count.recurring,
        "one_off": count.one_off,
    }


def _step_bar(step: Step) -> Bar:
    """People on the list by name, then heads without a name up to all who came."""
    by_name = (step.new or 0) + (step.returning or 0)
    nameless = max((step.came or 0) - by_name, 0)
    return Bar(
        label=date_format(step.day, "j"),
        label_below=date_format(step.day, "M"),
        above=UNKNOWN if step.came is None else "" if step.rate is None else f"{step.rate}%",
        words=f"{step.title}, {date_format(step.day, 'j F Y')}: {step_in_words(step)}",
        parts=[
            ("strong", step.returning or 0), ("dotted", step.new or 0), ("lined", nameless)
        ],
        behind=step.registered,
    )  # fmt: skip


def step_in_words(step: Step) -> str:
    """ "60 registered, 41 came" or that nobody counted."""
    registered = ngettext("%d registered", "%d registered", step.registered) % step.registered
    if step.came is None:
        return f"{registered}, {_('nobody counted who came')}"
    return f"{registered}, {ngettext('%d came', '%d came', step.came) % step.came}"
