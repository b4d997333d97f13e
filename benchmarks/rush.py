"""2,000 people ask for 100 seats, 200 at once, over HTTP: how fast, and whether it stays exact.

    python -m benchmarks.rush [--rounds 3]

The web server is the one of ./run (2 processes, 8 threads each); the crowd runs on the same machine
and takes its share of it. Writes the best and the worst round to rush.json.
"""

# ruff: noqa: E402 (the apps can only be imported once Django knows its settings)

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import django
from django.db import connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from config.invariants import INVARIANTS
from config.services import opened_for_tests
from tests.builders import make_event
from tests.registrations.rush import ask_for_seats, percentile, web

# What tests.settings puts in where the environment names no server.
MADE_UP = {"DATABASE_URL": "postgres://unset/unset", "REDIS_URL": "redis://127.0.0.1:1/0"}
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


def cpu_of_ended_children() -> float:
    """Seconds of the processor that the processes started from here, and theirs, have used."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measured(rounds: int) -> dict[str, Any]:
    name = connection.creation.create_test_db(verbosity=0)
    try:
        used = cpu_of_ended_children()
        with tempfile.TemporaryDirectory() as logs, web(Path(logs) / "web.log") as port:
            results = [rush(port, number) for number in range(rounds)]
        used = cpu_of_ended_children() - used
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
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
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
    }


def once_more_inside() -> None:
    """Settings are read once: a process of its own gets the addresses of our servers."""
    for name, made_up in MADE_UP.items():
        if os.environ.get(name) == made_up:
            del os.environ[name]
    with opened_for_tests() as addresses:
        command = [sys.executable, "-m", "benchmarks.rush", "--inside", *sys.argv[1:]]
        subprocess.run(command, env=os.environ | addresses, check=True)  # noqa: S603 (ourselves)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        return once_more_inside()
    text = json.dumps(measured(options.rounds), indent=2)
    sys.stdout.write(f"{text}\n")
    RESULT.write_text(f"{text}\n")
    return None


if __name__ == "__main__":
    main()
