"""2,000 people ask for 100 seats, 200 at once, over HTTP: how fast, and whether it stays exact.

    python -m benchmarks.rush [--rounds 3]

The web server is the one of ./run (2 processes, 8 threads each); the crowd runs on the same machine
and takes its share of it. Writes the best and the worst round to rush.json.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.inside import cpu_of_ended_children, empty_database, once_more_inside, write
from config.invariants import INVARIANTS
from tests.builders import make_event
from tests.crowd import ask_for_seats, percentile, web

PEOPLE, SEATS, AT_ONCE = 2000, 100, 200
RESULT = Path(__file__).with_suffix(".json")


def rush(port: int, number: int) -> dict[str, Any]:
    """One evening, asked for by everybody; the counts are read from the database."""
    event = make_event(slug=f"rush-{number}", capacity=SEATS)
    emails = [f"guest-{number}-{one}@example.org" for one in range(PEOPLE)]
    began, load = time.monotonic(), os.getloadavg()[0]
    answers = ask_for_seats(port, f"/events/{event.slug}/register/", emails, AT_ONCE)
    took = time.monotonic() - began
    states = Counter(event.registrations.values_list("state", flat=True))
    statuses = Counter(answer.status for answer in answers)
    broken = [name for name, check in INVARIANTS if check()]
    return {
        "registrations_per_second": round(PEOPLE / took, 1),
        "seconds": round(took, 1),
        "p50_seconds": round(percentile(answers, 0.5), 2),
        "p95_seconds": round(percentile(answers, 0.95), 2),
        "answers": dict(statuses),
        "going": states["going"],
        "waiting": states["waiting"],
        "broken_invariants": broken,
        "load_before": round(load, 1),
    }


def is_exact(result: dict[str, Any]) -> bool:
    """All seats given, nobody too many, everybody answered."""
    counts = (result["going"], result["waiting"], result["answers"])
    return counts == (SEATS, PEOPLE - SEATS, {302: PEOPLE}) and not result["broken_invariants"]


def measured(rounds: int) -> dict[str, Any]:
    used = cpu_of_ended_children()
    with (
        empty_database(),
        tempfile.TemporaryDirectory() as logs,
        web(Path(logs) / "web.log") as port,
    ):
        results = [rush(port, number) for number in range(rounds)]
    used = cpu_of_ended_children() - used
    by_speed = sorted(results, key=lambda result: result["registrations_per_second"])
    return {
        "people": PEOPLE,
        "seats": SEATS,
        "at_once": AT_ONCE,
        "rounds": rounds,
        "exact_rounds": sum(is_exact(result) for result in results),
        # With the start of the server; says more than seconds where others use the machine, too.
        "web_cpu_ms_each": round(1000 * used / (PEOPLE * rounds), 1),
        "best": by_speed[-1],
        "worst": by_speed[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        write(measured(options.rounds), RESULT)
    else:
        once_more_inside("benchmarks.rush")


if __name__ == "__main__":
    main()
