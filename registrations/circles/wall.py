"""How the circles lie on a wall of which nobody can scroll: as large as the names can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from registrations.circles.rounds import Circle

# What the circles have of a projector's 16:9, and what a name takes, in ems of its own.
WIDTH, HEIGHT = 16.0, 7.6
NAME, SIGN, LINE, EDGE = 6.6, 2.9, 1.25, 1.2
MOST = 8


@dataclass(frozen=True)
class Wall:
    """Circles beside each other, names beside each other in a circle, and lines in the tallest."""

    columns: int
    across: int
    lines: int


def wall_of(circles: Sequence[Circle]) -> Wall:
    """The arrangement with the largest letters; names of one large circle stand in columns."""
    tallest = max((len(circle.members) for circle in circles), default=1)
    numbers = range(1, MOST + 1)
    ways = product(numbers, numbers if len(circles) == 1 else [1])
    walls = [Wall(columns, across, -(-tallest // across)) for columns, across in ways]
    fitting = [wall for wall in walls if wall.columns <= max(len(circles), 1)]
    return max(fitting, key=lambda wall: _size(wall, len(circles)))


def _size(wall: Wall, circles: int) -> float:
    """How large the letters are: what the width allows, or the height."""
    rows = -(-circles // wall.columns) or 1
    wide = WIDTH / (wall.columns * (SIGN + NAME * wall.across))
    return min(wide, HEIGHT / (rows * (wall.lines * LINE + EDGE)))
