"""Columns as SVG: their places and heights only; words, colours and patterns are the template's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

HEIGHT, TOP, BOTTOM, LEFT = 168, 22, 40, 34
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Part:
    """One piece of a column, from the bottom up; `fill` is the pattern that fills it."""

    fill: str
    y: float
    height: float
    number: int


@dataclass(frozen=True)
class Column:
    """One month or evening. `outline` is what stands behind, None where there is nothing."""

    x: int
    width: int
    label: str
    label_below: str
    above: str
    words: str
    parts: list[Part] = field(default_factory=list)
    outline: Part | None = None

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        """Where the number above it stands."""
        shown = [part.y for part in [*self.parts, self.outline] if part]
        return min(shown, default=TOP + HEIGHT) - 5


@dataclass(frozen=True)
class Bar:
    """What a column shows: its labels, and the numbers of its parts from the bottom up."""

    label: str
    label_below: str
    above: str
    words: str
    parts: Sequence[tuple[str, int]]
    behind: int | None = None

    @property
    def highest(self) -> int:
        return max(sum(number for _fill, number in self.parts), self.behind or 0)


@dataclass(frozen=True)
class Chart:
    columns: list[Column]
    lines: list[tuple[float, int]]
    width: int
    height: int = TOP + HEIGHT + BOTTOM
    base: int = TOP + HEIGHT
    left: int = LEFT
    label_y: int = TOP + HEIGHT + 16
    below_y: int = TOP + HEIGHT + 32


def chart(bars: Iterable[Bar], pitch: int = 34) -> Chart:
    """The columns side by side, `pitch` pixels each, on a scale of round numbers."""
    bars = list(bars)
    highest = max((bar.highest for bar in bars), default=0)
    step = _step(highest)
    top = max(-(-highest // step) * step, step)
    columns = [_column(bar, LEFT + 8 + n * pitch, pitch - 10, top) for n, bar in enumerate(bars)]
    lines = [(round(_y(number, top), 1), number) for number in range(0, top + 1, step)]
    return Chart(columns, lines, width=LEFT + 16 + len(bars) * pitch)


def _step(highest: int) -> int:
    """The distance of the lines: 1, 2, 5, 10, 20 …, so that there are at most five of them."""
    power = 1
    while True:
        for step in STEPS:
            if highest <= 4 * step * power:
                return step * power
        power *= 10


def _y(number: float, top: int) -> float:
    return TOP + HEIGHT * (1 - number / top)


def _column(bar: Bar, x: int, width: int, top: int) -> Column:
    parts, below = [], 0
    for fill, number in bar.parts:
        if number:
            parts.append(_part(fill, below, number, top))
        below += number
    outline = None if bar.behind is None else _part("", 0, bar.behind, top)
    return Column(x, width, bar.label, bar.label_below, bar.above, bar.words, parts, outline)


def _part(fill: str, below: int, number: int, top: int) -> Part:
    y = _y(below + number, top)
    return Part(fill, round(y, 1), round(_y(below, top) - y, 1), number)
