"""What the form costs and what the questions bring: counts only (O16, need 64)."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count

from meetups.models import Series
from registrations.models import Answer, FormDay, Question

SPAN = dt.timedelta(days=90)
MOST_WORDS = 20  # answers to one question that are shown; the rare rest stands together


def percent(part: int, whole: int) -> int | None:
    """Of a hundred; None where there is nothing to divide by."""
    return min(round(100 * part / whole), 100) if whole else None


@dataclass
class Opened:
    """How often a form was opened, sent and sent back, on a day or for an evening."""

    name: str | dt.date
    opened: int = 0
    amiss: int = 0
    sent: int = 0

    @property
    def share(self) -> int | None:
        return percent(self.sent, self.opened)

    def add(self, opened: int, amiss: int, sent: int) -> None:
        self.opened, self.amiss = self.opened + opened, self.amiss + amiss
        self.sent += sent


@dataclass
class Asked:
    """One question: how many saw it, how many answered, and with what."""

    question: Question
    shown: int = 0
    answered: int = 0
    words: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> int | None:
        return percent(self.answered, self.shown)

    @property
    def most_common(self) -> list[tuple[str, int]]:
        return self.words.most_common(MOST_WORDS)

    @property
    def others(self) -> int:
        return self.words.total() - sum(n for _word, n in self.most_common)


@dataclass(frozen=True)
class Form:
    total: Opened
    days: list[Opened]
    evenings: list[Opened]


def form_of(series: Series, today: dt.date) -> Form:
    """Forms of the last ninety days, by day and by evening, the latest first; one query."""
    rows = FormDay.objects.filter(event__series=series, day__gte=today - SPAN)
    found = rows.order_by("-day", "-event__starts_at").values_list(
        "day", "event", "event__title", "opened", "amiss", "sent"
    )
    total, days, evenings = Opened(""), dict[dt.date, Opened](), dict[int, Opened]()
    for day, event, title, *numbers in found:
        for one in (total, days.setdefault(day, Opened(day)),
                    evenings.setdefault(event, Opened(title))):  # fmt: skip
            one.add(*numbers)
    return Form(total, list(days.values()), list(evenings.values()))


def asked_of(series: Series) -> list[Asked]:
    """Each question of the series with its answers, counted; two queries."""
    questions = list(Question.objects.filter(series=series))
    rows = Answer.objects.filter(question__in=questions).order_by()
    counted: dict[int, list[tuple[list[str], int]]] = defaultdict(list)
    for question, value, n in rows.values_list("question", "value").annotate(n=Count("pk")):
        counted[question].append((value, n))
    return [_asked(question, counted[question.pk]) for question in questions]


def _asked(question: Question, rows: Iterable[tuple[list[str], int]]) -> Asked:
    asked, spellings = Asked(question), dict[str, str]()
    for value, n in sorted(rows, key=lambda row: -row[1]):
        asked.shown += n
        asked.answered += n if value else 0
        for word in value:
            # "PyMinsk" and "pyminsk" are one community, in the spelling that most use.
            asked.words[spellings.setdefault(word.casefold(), word)] += n
    return asked
