"""Messages a second: one sender process of ours against a bare smtplib loop, in the same run.

    python -m benchmarks.mail [--messages 2000] [--rounds 5] [--long 50000]

Both talk to the same local sink over one kept connection and send messages of the same size. Ours
are claimed, rendered (both parts), fenced and written down in PostgreSQL, as in a worker, by two
senders side by side (outbox.pair); the bare loop sends bytes that are ready. The rounds take turns,
so that a busy machine slows all: smtplib, ours, and ours with a server that takes commands in one
go (PIPELINING). At the end one sender sends a long
wave, and its memory is read after the first thousand messages and after the last. Writes mail.json.
"""

import argparse
import gc
import os
import resource
import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.inside import empty_database, once_more_inside, write
from outbox.drafts import Draft
from outbox.models import Batch, Delivery
from outbox.pair import send_due
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
def sink(log: Path, *options: str) -> Iterator[int]:
    """Our mail server; yields its port."""
    command = [sys.executable, "-m", "tests.sink", "--log", str(log), *options]
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


def plan(batch: Batch, run: int, messages: int) -> None:
    """A wave of reminders to people with a seat."""
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


def ours(port: int) -> None:
    settings.EMAIL_PORT = port
    settings.OUTBOX_TRANSPORT = "outbox.smtp.SmtpTransport"
    send_due("email", 600)


def bare(port: int, messages: int, ready: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", port) as line:
        for n in range(messages):
            line.sendmail("hello@example.org", [f"guest-{n}@example.org"], ready)


def measure(options: argparse.Namespace, ports: dict[str, int]) -> dict[str, Any]:
    settings.EMAIL_HOST = "127.0.0.1"
    batch = Batch.objects.create(key="bench", context=FACTS)
    ready, sql = warmed_up(batch, options.messages, ports["plain"])
    races = [race(batch, run, options.messages, ports, ready) for run in range(options.rounds)]
    memory = long_wave(batch, options.long, ports["plain"])
    if left := Delivery.objects.exclude(state="sent").count():
        raise SystemExit(f"{left} messages were not sent.")
    return summary(races) | {
        "messages": options.messages,
        "rounds": options.rounds,
        "bytes": len(ready),
        "sql_per_message": sql,
        "rss_mb": memory,
        "fsync": fsync(connection),
        # Under `chrt -r 5` other work on the machine hardly counts.
        "real_time": os.sched_getscheduler(0) != os.SCHED_OTHER,
    }


def warmed_up(batch: Batch, messages: int, port: int) -> tuple[bytes, float]:
    """A message ready for the wire, and the SQL statements for each beside the fence's own."""
    plan(batch, -1, messages)
    sample = Delivery.objects.select_related("batch").first()
    ready = SmtpTransport().pack(sample, sample.render()).content.removesuffix(b".\r\n")
    with CaptureQueriesContext(connection) as queries:
        ours(port)
    return ready, round(len(queries) / messages, 3)


def race(
    batch: Batch, run: int, messages: int, ports: dict[str, int], ready: bytes
) -> dict[str, tuple[float, float]]:
    """One round: the rate and the CPU time of each."""
    result = {"planned": timed(lambda: plan(batch, 2 * run, messages), messages)}
    result["smtplib"] = timed(lambda: bare(ports["plain"], messages, ready), messages)
    result["ours"] = timed(lambda: ours(ports["plain"]), messages)
    plan(batch, 2 * run + 1, messages)
    result["pipelined"] = timed(lambda: ours(ports["pipelining"]), messages)
    return result


def long_wave(batch: Batch, messages: int, port: int) -> dict[str, float]:
    """Megabytes of this process after 1,000 messages of a long wave, and after all of them."""
    plan(batch, 10**6, 1000)
    ours(port)
    sizes = {"1000": resident()}
    plan(batch, 10**6 + 1, messages - 1000)
    gc.collect()
    before = resident()
    ours(port)
    return sizes | {"planned": before, str(messages): resident()}


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * resource.getpagesize() / 1024**2, 1)


def fsync(connection: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        return cursor.fetchone()[0]


def summary(races: list[dict[str, tuple[float, float]]]) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name in ("smtplib", "ours", "pipelined"):
        rates = [race[name][0] for race in races]
        figures[f"{name}_per_second"] = round(statistics.median(rates))
        figures[f"{name}_range"] = [round(min(rates)), round(max(rates))]
        figures[f"{name}_cpu_ms"] = round(statistics.median(race[name][1] for race in races), 2)
    for name in ("ours", "pipelined"):
        ratios = [race[name][0] / race["smtplib"][0] for race in races]
        figures[f"{name}_ratio"] = round(statistics.median(ratios), 2)
        figures[f"{name}_ratio_range"] = [round(min(ratios), 2), round(max(ratios), 2)]
    planned = statistics.median(race["planned"][0] for race in races)
    return figures | {"planned_per_second": round(planned)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", type=int, default=50_000, help="messages of the long wave")
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
        sink(Path(folder) / "log") as plain,
        sink(Path(folder) / "log-2", "--pipelining") as pipelining,
    ):
        return measure(options, {"plain": plain, "pipelining": pipelining})


if __name__ == "__main__":
    main()
