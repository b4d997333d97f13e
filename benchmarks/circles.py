"""How few pairs meet again in four rounds of circles, and how long the slowest round takes.

    python -m benchmarks.circles

Everybody stays and nobody knows anybody yet; then, for the time, everybody does. Beside it stands
the smallest number that counting allows. Writes circles.json.
"""

import time
from pathlib import Path
from typing import Any

from benchmarks.inside import write
from registrations.circles.mixing import Circles, next_round, pairs_of, repeats, sizes_for
from tests.registrations.test_circles import BEST_KNOWN, bound

RESULT = Path(__file__).with_suffix(".json")
CROWDS = [*range(12, 61), *range(65, 151, 5)]


def measured(people: int) -> dict[str, Any]:
    """Four rounds for so many people; the times are of one round, in milliseconds."""
    rounds: list[Circles] = []
    slowest = 0.0
    for number in range(4):
        began = time.perf_counter()
        rounds.append(next_round(range(people), rounds, seed=number))
        slowest = max(slowest, time.perf_counter() - began)
    known = dict.fromkeys(pairs_of([range(people)]), 4)
    began = time.perf_counter()
    next_round(range(people), rounds, known, seed=4)
    least = bound(sizes_for(people))
    return {
        "people": people,
        "circles": len(rounds[0]),
        "repeats": repeats(rounds),
        "best_known": BEST_KNOWN.get(people, least),
        "bound": least,
        "slowest_ms": round(1000 * slowest),
        "all_know_each_other_ms": round(1000 * (time.perf_counter() - began)),
    }


if __name__ == "__main__":
    write({"rounds": 4, "crowds": [measured(people) for people in CROWDS]}, RESULT)
