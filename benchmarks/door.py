"""500 people at three doors, as fast as three helpers' phones can ask: how long does each wait?

    python -m benchmarks.door

The web server is the one of ./run. Each door is a phone that scans one after the other and asks for
the list every ten seconds. One person in ten shows her ticket at two doors. Writes door.json.
"""

import argparse
import http.client
import json
import random
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.inside import cpu_of_ended_children, empty_database, once_more_inside, write
from registrations.models import Scan
from tests.crowd import web
from tests.registrations.door.phones import crowd, make_evening, who_came

PEOPLE, DOORS, LIST_EVERY = 500, 3, 10
RESULT = Path(__file__).with_suffix(".json")


def asked(line: http.client.HTTPConnection, method: str, path: str, body: Any = None) -> Any:
    """The answer and the seconds it took."""
    began = time.monotonic()
    line.request(method, path, body and json.dumps(body))
    answer = line.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(content)
    return json.loads(content), time.monotonic() - began, len(content)


def phone(port: int, path: str, tickets: list[str], name: str) -> dict[str, list[float]]:
    """One door: lets its people in one after the other; the seconds each question took."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    took: dict[str, list[float]] = {"scan": [], "list": []}
    looked = 0.0
    for ticket in tickets:
        if time.monotonic() - looked > LIST_EVERY:
            took["list"].append(asked(line, "GET", f"{path}snapshot/")[1])
            looked = time.monotonic()
        scan = {"id": str(uuid4()), "kind": "code", "code": ticket}
        took["scan"].append(
            asked(line, "POST", f"{path}scans/", {"device": name, "scans": [scan]})[1]
        )
    return took


def share(seconds: list[float], part: float) -> float:
    """Milliseconds within which this share was answered."""
    return round(sorted(seconds)[max(round(len(seconds) * part) - 1, 0)] * 1000, 1)


def measured() -> dict[str, Any]:
    used = cpu_of_ended_children()
    result = at_the_doors()
    # With the start of the server; says more than seconds where others use the machine, too.
    used = cpu_of_ended_children() - used
    return result | {"web_cpu_ms_a_scan": round(1000 * used / result["scans"], 1)}


def at_the_doors() -> dict[str, Any]:
    with empty_database(), tempfile.TemporaryDirectory() as logs, web(Path(logs) / "log") as port:
        event, key, _nobody = make_evening()
        seats = crowd(event, PEOPLE, "Александра{number} Константинопольская")
        path, dice = key.get_absolute_url(), random.Random(5)  # noqa: S311 (a benchmark)
        doors: list[list[str]] = [[] for _door in range(DOORS)]
        for seat in seats:
            for door in dice.sample(doors, 2 if dice.random() < 0.1 else 1):
                door.append(seat.ticket)
        line = http.client.HTTPConnection("127.0.0.1", port)
        size = asked(line, "GET", f"{path}snapshot/")[2]
        began = time.monotonic()
        with ThreadPoolExecutor(DOORS) as pool:
            work = [pool.submit(phone, port, path, door, str(n)) for n, door in enumerate(doors)]
            took = [one.result() for one in work]
        scans = [second for one in took for second in one["scan"]]
        lists = [second for one in took for second in one["list"]]
        return {
            "people": PEOPLE,
            "doors": DOORS,
            "scans": len(scans),
            "seconds": round(time.monotonic() - began, 1),
            "scan_p50_ms": share(scans, 0.5),
            "scan_p95_ms": share(scans, 0.95),
            "scan_p99_ms": share(scans, 0.99),
            "list_p50_ms": share(lists, 0.5),
            "list_worst_ms": share(lists, 1),  # the first one after the start of the server
            "list_bytes": size,
            "exact": who_came(event) == {seat.pk for seat in seats}
            and Scan.objects.count() == len(scans),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    if parser.parse_args().inside:
        write(measured(), RESULT)
    else:
        once_more_inside("benchmarks.door")


if __name__ == "__main__":
    main()
