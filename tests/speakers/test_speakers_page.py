"""docs/speakers.md says what speakers/states.py does."""

import re
from pathlib import Path

from speakers.states import MOVES, NEW, State

PAGE = (Path(__file__).parents[2] / "docs" / "speakers.md").read_text()


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def test_the_table_of_moves_is_the_one_in_the_code():
    lines = PAGE.partition("## The moves")[2].partition("\n## ")[0].splitlines()
    head, _rule, *rows = [cells(line) for line in lines if line.startswith("|")]
    written = {
        (NEW if row[0] == "new" else row[0], state): cell == "✓"
        for row in rows
        for state, cell in zip(head[1:], row[1:], strict=True)
    }

    assert written == {
        (str(old), str(new)): refusal is None
        for old, moves in MOVES.items()
        for new, refusal in moves.items()
    }


def test_every_state_is_explained():
    described = re.findall(r"^\| (\w+) \| \w", PAGE.partition("## The moves")[0], re.MULTILINE)

    assert [name for name in described if name != "State"] == State.values
