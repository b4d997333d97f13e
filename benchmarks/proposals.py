"""Proposals of strangers over HTTP, and the organizers' board and list with 2,000 of them.

    python -m benchmarks.proposals [--proposals 400]

The web server is the one of ./run (2 processes, 8 threads each); the crowd runs on the same machine
and takes its share of it. Writes proposals.json.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.inside import cpu_of_ended_children, empty_database, once_more_inside, write
from speakers.models import Part, Proposal, Review
from tests.builders import make_call, make_contact, make_organizer, make_proposal, make_series
from tests.crowd import percentile, post_all, web

AT_ONCE, MANY = 8, 2000
RESULT = Path(__file__).with_suffix(".json")
PAGES = {
    "board": "/admin/speakers/proposal/board/",
    "list": "/admin/speakers/proposal/",
    "search": "/admin/speakers/proposal/?q=engine",
    "not_reviewed_by_me": "/admin/speakers/proposal/?due=review",
}


def proposals(port: int, count: int) -> dict[str, Any]:
    """So many strangers send the form in, eight at a time: each gets a draft and a code."""
    call = make_call(make_series(slug="x"))
    forms = [
        {
            "name": f"Speaker {n}",
            "email": f"speaker-{n}@example.org",
            "title": f"Notes on engine {n}",
            "abstract": "What it *can* do, and what it cannot. " * 10,
        }
        for n in range(count)
    ]
    began = time.monotonic()
    answers = post_all(port, f"/series/{call.series.slug}/talks/new/", forms, AT_ONCE)
    took = time.monotonic() - began
    if {answer.status for answer in answers} != {302} or Proposal.objects.count() != count:
        raise SystemExit("Not every proposal came in.")
    return {
        "proposals_per_second": round(count / took, 1),
        "p50_ms": round(1000 * percentile(answers, 0.5)),
        "p95_ms": round(1000 * percentile(answers, 0.95)),
    }


def admin_pages() -> dict[str, Any]:
    """Statements and milliseconds of the organizers' pages with 20 proposals and with 2,000."""
    series = make_series()
    call, owner = make_call(series), make_organizer(series)
    client = Client()
    client.force_login(owner)
    _add(call, owner, 20)
    few = {name: _look(client, path) for name, path in PAGES.items()}
    _add(call, owner, MANY - 20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    many = {name: _look(client, path) for name, path in PAGES.items()}
    return {"with_20": few, f"with_{MANY}": many}


def _add(call: Any, owner: Any, count: int) -> None:
    """Proposals that were sent in, with one review each, as copies of one."""
    first = make_proposal(call, contact=make_contact())
    speaker = first.parts.get().speaker
    rows = [
        Proposal(
            call=call,
            format=first.format,
            title=f"Notes on engine {n}",
            state="submitted",
            told_state="submitted",
            submitted_at=timezone.now(),
            answer_by=first.answer_by,
            draft_hash=f"{first.pk}-{n}",
        )
        for n in range(count - 1)
    ]
    Proposal.objects.bulk_create(rows)
    Part.objects.bulk_create(
        Part(
            proposal=row,
            speaker=speaker,
            is_author=True,
            accepted_at=timezone.now(),
            token_hash=f"{first.pk}-{n}",
        )
        for n, row in enumerate(rows)
    )
    Review.objects.bulk_create(
        Review(proposal=row, user=owner, mark=n % 5) for n, row in enumerate(rows)
    )


def _look(client: Client, path: str) -> dict[str, Any]:
    client.get(path)
    times = []
    for _again in range(5):
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            answer = client.get(path)
            times.append(1000 * (time.perf_counter() - began))
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return {"sql": len(queries), "ms": round(statistics.median(times))}


def measured(count: int) -> dict[str, Any]:
    with empty_database():
        used = cpu_of_ended_children()
        with tempfile.TemporaryDirectory() as logs, web(Path(logs) / "web.log") as port:
            rush = proposals(port, count)
        used = cpu_of_ended_children() - used
        # With the start of the server.
        rush["web_cpu_ms_each"] = round(1000 * used / count, 1)
        return {"proposals": count, "at_once": AT_ONCE} | rush | admin_pages()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proposals", type=int, default=400)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        write(measured(options.proposals), RESULT)
    else:
        once_more_inside("benchmarks.proposals")


if __name__ == "__main__":
    main()
