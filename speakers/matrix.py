"""Which needs which audiences have: topics against audiences, voices counted (need 92, O27)."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from speakers.models import Topic, Voice

# With more, a page is no longer read; what is rare stands together.
MOST_AUDIENCES = 10
NOBODY, OTHERS = "", "…"
# From which part of the highest number on a cell is dark, and what it says beside the colour.
LEVELS: tuple[tuple[float, int, str | Promise], ...] = (
    (0.75, 4, _("most")),
    (0.5, 3, _("many")),
    (0.25, 2, _("some")),
    (0.0, 1, _("few")),
)


@dataclass(frozen=True)
class Cell:
    """One audience's voices for one topic; `level` 0 (none) to 4, the same in `word`."""

    audience: str
    number: int
    level: int
    word: str


@dataclass(frozen=True)
class Row:
    topic: Topic
    cells: list[Cell]
    total: int


@dataclass(frozen=True)
class Matrix:
    audiences: list[str]
    rows: list[Row]
    totals: list[int]
    total: int


def matrix(series: Collection[int], source: str = "", rising: bool = False) -> Matrix:
    """Voices of these series by topic and audience, the most wanted topic first; two queries."""
    voices = Voice.objects.filter(topic__series__in=series)
    if source:
        voices = voices.filter(source=source)
    counted = list(voices.order_by().values_list("topic", "audience").annotate(n=Count("pk")))
    columns = _columns(counted)
    numbers: dict[int, Counter[str]] = defaultdict(Counter)
    for topic, audience, n in counted:
        numbers[topic][columns[audience]] += n
    shown = _in_order(set(columns.values()), numbers)
    topics = Topic.objects.select_related("series").defer("text").in_bulk(numbers)
    highest = max((n for counter in numbers.values() for n in counter.values()), default=0)
    rows = [_row(topics[pk], counter, shown, highest) for pk, counter in numbers.items()]
    rows.sort(key=lambda row: (row.total if rising else -row.total, row.topic.title))
    totals = [sum(counter[name] for counter in numbers.values()) for name in shown]
    return Matrix([heading(name) for name in shown], rows, totals, sum(totals))


def heading(audience: str) -> str:
    """What stands above a column: "not said", "others", or the audience itself."""
    return str({NOBODY: _("not said"), OTHERS: _("others")}.get(audience, audience))


def _columns(counted: list[tuple[int, str, int]]) -> dict[str, str]:
    """The column of each audience: one spelling of it, or the others where it is rare."""
    spelled: dict[str, Counter[str]] = defaultdict(Counter)
    for _topic, audience, n in counted:
        spelled[audience.casefold()][audience] += n
    names = {key: min(found, key=lambda s: (-found[s], s)) for key, found in spelled.items()}
    named = sorted((key for key in names if key), key=lambda key: (-spelled[key].total(), key))
    kept = set(named[:MOST_AUDIENCES]) | {NOBODY}
    return {
        audience: names[key] if key in kept else OTHERS
        for key, found in spelled.items()
        for audience in found
    }


def _in_order(names: set[str], numbers: dict[int, Counter[str]]) -> list[str]:
    """The loudest audience first, those who are no audience last."""
    sums: Counter[str] = sum(numbers.values(), Counter())
    last = {OTHERS: 1, NOBODY: 2}
    return sorted(names, key=lambda name: (last.get(name, 0), -sums[name], name))


def _row(topic: Topic, counter: Counter[str], shown: list[str], highest: int) -> Row:
    cells = [_cell(name, counter[name], highest) for name in shown]
    return Row(topic, cells, counter.total())


def _cell(audience: str, number: int, highest: int) -> Cell:
    if not number:
        return Cell(heading(audience), 0, 0, "")
    level, word = next((level, word) for part, level, word in LEVELS if number / highest > part)
    return Cell(heading(audience), number, level, str(word))
