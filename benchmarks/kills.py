"""50,000 messages while workers are killed every 2 s: none twice, none lost (reliability.md, T23).

    python -m benchmarks.kills [--messages 50000] [--workers 2]

The workers and the scheduler are the commands of ./run. The scheduler is killed twice, Redis is
emptied every 5 s. On a busy machine a start takes longer than 2 s, and workers that are killed
while they start prove nothing: so no kill before PROGRESS more messages have left. What the mail
server's log says becomes signed delivery events, for the messages that were left unknown. Writes
kills.json.
"""

import argparse
import hashlib
import hmac
import itertools
import json
import os
import random
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from redis import Redis

from benchmarks.inside import empty_database, once_more_inside, write
from benchmarks.mail import FACTS, sink
from config.invariants import INVARIANTS
from config.launcher import _options, _parts
from config.supervisor import Part
from outbox.drafts import Draft
from outbox.models import Batch, Delivery
from outbox.states import OPEN, State
from tests.crowd import web
from tests.outbox.processes import database_url

KILL_EVERY, FLUSH_EVERY, KILL_SCHEDULER_EVERY = 2, 5, 12
SCHEDULER_DEATHS = 2
PROGRESS = 300
RESULT = Path(__file__).with_suffix(".json")


@dataclass
class Trouble:
    """The parts of ./run, and what is done to them."""

    workers: list[Part]
    scheduler: Part
    logs: Path
    chance: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311
    done: Counter[str] = field(default_factory=Counter)
    left_before: int = 0

    def start(self) -> None:
        for part in (*self.workers, self.scheduler):
            self._start(part)

    def kill_a_worker(self) -> None:
        left = Delivery.objects.filter(state=State.SENT).count()
        if left < self.left_before + PROGRESS:
            return
        self.left_before = left
        self._again(self.chance.choice(self.workers))
        self.done["kills"] += 1

    def kill_the_scheduler(self) -> None:
        if self.done["scheduler_kills"] < SCHEDULER_DEATHS:
            self._again(self.scheduler)
            self.done["scheduler_kills"] += 1

    def empty_redis(self) -> None:
        Redis.from_url(settings.REDIS_URL).flushall()
        self.done["redis_emptied"] += 1

    def end(self) -> None:
        for part in (*self.workers, self.scheduler):
            _killed(part.process)

    def _again(self, part: Part) -> None:
        _killed(part.process)
        self._start(part)

    def _start(self, part: Part) -> None:
        part.process = part.start(self.logs / f"{part.name}.log")


def _killed(process: Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()
        process.wait()


@contextmanager
def parts(workers: int, port: int, home: Path) -> Iterator[Trouble]:
    """The workers and the scheduler of ./run on our database, Redis and mail server."""
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    _web, *crew, scheduler = _parts(_options(["--workers", str(workers)]), env, home)
    trouble = Trouble(crew, scheduler, home)
    try:
        trouble.start()
        yield trouble
    finally:
        trouble.end()


def plan(messages: int) -> set[str]:
    """A wave, half of it about people's own seats; returns the Message-IDs."""
    batch = Batch.objects.create(key="kills", context=FACTS)
    classes = itertools.cycle(["transactional", "service"])
    Delivery.objects.post_many(
        Draft(
            contact=None,
            template="mailings/eve",
            context={"name": f"Guest {n}", "registration": {"seed": f"{n:032x}", "hash": ""}},
            key=f"kills:{n}",
            message_class=next(classes),
            address=f"guest-{n}@example.org",
            batch_id=batch.pk,
        )
        for n in range(messages)
    )
    return set(Delivery.objects.values_list("message_id", flat=True))


def is_done() -> bool:
    return not Delivery.objects.filter(state__in=[*OPEN, State.HANDOVER]).exists()


def make_trouble(trouble: Trouble) -> float:
    """Goes on until everything has left or is unknown; returns the seconds it took."""
    began = time.monotonic()
    plans = {
        KILL_EVERY: trouble.kill_a_worker,
        FLUSH_EVERY: trouble.empty_redis,
        KILL_SCHEDULER_EVERY: trouble.kill_the_scheduler,
    }
    due = {every: began + every for every in plans}
    while not is_done():
        for every, act in plans.items():
            if time.monotonic() >= due[every]:
                act()
                due[every] += every
        time.sleep(0.1)
    return time.monotonic() - began


def feed(accepted: set[str], log: Path) -> int:
    """Signed delivery events for what was taken and is not known to be; returns how many."""
    unknown = Delivery.objects.filter(state=State.UNKNOWN).values_list("message_id", flat=True)
    taken = [message_id for message_id in unknown if message_id in accepted]
    with web(log) as port:
        for message_id in taken:
            _tell(port, message_id)
    return len(taken)


def _tell(port: int, message_id: str) -> None:
    event = {"id": message_id, "event": "delivered", "message_id": message_id}
    body = json.dumps(event | {"at": timezone.now().isoformat()}).encode()
    signature = hmac.new(settings.MAIL_HOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
    where = f"http://127.0.0.1:{port}/hooks/mail/plain/"
    request = urllib.request.Request(where, body, {"X-Signature": signature})  # noqa: S310 (our own)
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


def taken(log: Path) -> Counter[str]:
    return Counter(line.split()[0] for line in log.read_text().splitlines())


def trial(messages: int, workers: int, home: Path) -> dict[str, Any]:
    log = home / "accepted.log"
    with sink(log, "--pipelining") as port:
        planned = plan(messages)
        with parts(workers, port, home) as trouble:
            seconds = make_trouble(trouble)
            unknown = Delivery.objects.filter(state=State.UNKNOWN).count()
            fed = feed(set(taken(log)), home / "web.log")
            call_command("reconcile", feed_complete_until=timezone.now())
            settle()
    accepted = taken(log)
    return {
        "messages": messages,
        "workers": workers,
        "delivered": len(planned & set(accepted)),
        "twice": sum(times > 1 for times in accepted.values()),
        "lost": len(planned - set(accepted)),
        "unknown_before_reconcile": unknown,
        "events_fed": fed,
        "sent_again": unknown - fed,
        **trouble.done,
        "seconds": round(seconds, 1),
        "messages_per_second": round(messages / seconds),
        "states": dict(Counter(Delivery.objects.values_list("state", flat=True))),
        "broken_invariants": [name for name, check in INVARIANTS if check()],
    }


def settle() -> None:
    """What the evidence sends again leaves too."""
    until = time.monotonic() + 60
    while not is_done() and time.monotonic() < until:
        time.sleep(0.2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        once_more_inside("benchmarks.kills")
        return
    with empty_database(), tempfile.TemporaryDirectory() as home:
        write(trial(options.messages, options.workers, Path(home)), RESULT)


if __name__ == "__main__":
    main()
