"""Messages a second: one sender process of ours against a bare smtplib loop, in the same run.

    python -m benchmarks.mail [--messages 2000] [--rounds 5]

Both talk to the same local sink over one kept connection and send messages of the same size. Ours
are claimed, rendered (both parts), fenced and written down in PostgreSQL; the bare loop sends
bytes that are ready. The rounds take turns, so that a busy machine slows both. Writes mail.json.
"""

import argparse
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.inside import empty_database, once_more_inside, write
from outbox.drafts import Draft
from outbox.engine import Sender
from outbox.models import Batch, Delivery
from outbox.smtp import SmtpTransport
from outbox.states import MessageClass

HERE = Path(__file__).resolve().parent
FACTS = {
    "title": "Evening 61: Queues that lose nothing",
    "series": "Minsk Python",
    "series_url": "https://meetups.example.org/series/minsk-python/",
    "url": "https://meetups.example.org/events/mp-61/",
    "starts": "2026-12-10T16:00:00+00:00",
    "ends": "2026-12-10T18:30:00+00:00",
    "zone": "Europe/Minsk",
    "mode": "onsite",
    "place": "Space, Hall",
    "address": "Independence Avenue 1",
    "map_url": "https://maps.example.org/?q=53.9,27.56",
    "how_to_get_in": "Ring at the blue door, then second floor.",
}


@contextmanager
def sink(log: Path) -> Any:
    command = [sys.executable, "-m", "tests.sink", "--log", str(log)]
    process = subprocess.Popen(  # noqa: S603 (our own sink)
        command, cwd=HERE.parent, stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(process.stdout.readline().split()[1])
    finally:
        process.kill()
        process.wait()


def timed(work: Callable[[], None], messages: int) -> tuple[float, float]:
    """Messages a second, and CPU milliseconds of this process for each."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    return messages / took, 1000 * used / messages


def measure(messages: int, rounds: int, port: int) -> dict[str, Any]:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    batch = Batch.objects.create(key="bench", context=FACTS)

    def plan(run: int) -> None:
        Delivery.objects.post_many(
            Draft(
                contact=None,
                template="mailings/eve",
                context={"name": f"Guest {n}", "registration": {"seed": f"{n:032x}", "hash": ""}},
                key=f"bench:{run}:{n}",
                message_class=MessageClass.SERVICE,
                address=f"guest-{n}@example.org",
                batch_id=batch.pk,
            )
            for n in range(messages)
        )

    def ours() -> None:
        Sender(SmtpTransport()).run(600)

    plan(-1)
    sample = Delivery.objects.select_related("batch").first()
    ready = SmtpTransport().pack(sample, sample.render()).content.removesuffix(b".\r\n")

    def bare() -> None:
        with smtplib.SMTP("127.0.0.1", port) as line:
            for n in range(messages):
                line.sendmail("hello@example.org", [f"guest-{n}@example.org"], ready)

    with CaptureQueriesContext(connection) as queries:
        ours()  # also warms up
    results: dict[str, list[tuple[float, float]]] = {"ours": [], "smtplib": []}
    planned = []
    for run in range(rounds):
        began = time.perf_counter()
        plan(run)
        planned.append(messages / (time.perf_counter() - began))
        results["smtplib"].append(timed(bare, messages))
        results["ours"].append(timed(ours, messages))
    left = Delivery.objects.exclude(state="sent").count()
    if left:
        raise SystemExit(f"{left} messages were not sent.")
    return summary(results, planned) | {
        "messages": messages,
        "rounds": rounds,
        "bytes": len(ready),
        "sql_per_message": round(len(queries) / messages, 3),
        "fsync": fsync(connection),
    }


def fsync(connection: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        return cursor.fetchone()[0]


def summary(results: dict[str, list[tuple[float, float]]], planned: list[float]) -> dict[str, Any]:
    rates = {name: [rate for rate, _cpu in runs] for name, runs in results.items()}
    ratios = [a / b for a, b in zip(rates["ours"], rates["smtplib"], strict=True)]
    return {
        "ours_per_second": round(statistics.median(rates["ours"])),
        "ours_range": [round(min(rates["ours"])), round(max(rates["ours"]))],
        "smtplib_per_second": round(statistics.median(rates["smtplib"])),
        "smtplib_range": [round(min(rates["smtplib"])), round(max(rates["smtplib"]))],
        "ratio": round(statistics.median(ratios), 2),
        "ratio_range": [round(min(ratios), 2), round(max(ratios), 2)],
        "ours_cpu_ms": round(statistics.median(cpu for _rate, cpu in results["ours"]), 2),
        "smtplib_cpu_ms": round(statistics.median(cpu for _rate, cpu in results["smtplib"]), 2),
        "planned_per_second": round(statistics.median(planned)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        write(measured(options), HERE / "mail.json")
    else:
        once_more_inside("benchmarks.mail")


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with (
        empty_database(),
        tempfile.TemporaryDirectory() as folder,
        sink(Path(folder) / "log") as port,
    ):
        return measure(options.messages, options.rounds, port)


if __name__ == "__main__":
    main()
