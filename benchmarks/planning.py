"""Seconds until an invitation to very many is written, with several planners at once.

    python -m benchmarks.planning [--followers 100000] [--planners 3] [--others 100000]

Everybody follows the series; beside `--others` older messages every hundredth person has a seat,
an address that bounced, or news this week. Each planner is a process of its own. Writes
planning.json.
"""

import argparse
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.inside import empty_database, once_more_inside, write
from mailings.models import Wave
from mailings.reach import reach
from mailings.sending import start_due
from meetups.models import Event, Series
from outbox.models import Delivery

HERE = Path(__file__).resolve().parent
CROWD = """
INSERT INTO people_contact (name, email, phone, messenger, channel, language, time_zone, created_at)
SELECT 'Guest ' || n, 'guest-' || n || '@example.org', '', '', 'email', 'en', '', now()
FROM generate_series(1, %(followers)s) AS n;
INSERT INTO meetups_member (series_id, contact_id, source, tags, notes, first_met)
SELECT %(series)s, id, 'file', '', '', now() FROM people_contact;
INSERT INTO meetups_subscription (member_id, channel, pace, source, text_version, given_at,
    confirmed_at, network)
SELECT id, 'email', 'all', 'file', '1', now(), now(), '' FROM meetups_member;
INSERT INTO registrations_registration (event_id, contact_id, mode, state, state_at, rev, source,
    guests, out_of_turn, needs_approval, behind, is_shown, came_by, appeal, appeal_text,
    seed, token_hash, created_at)
SELECT %(event)s, id, 'onsite', 'going', now(), 1, '',
    0, false, false, false, false, '', '', '', md5(id::text), md5(id::text), now()
FROM people_contact WHERE id %% 100 = 0;
INSERT INTO outbox_suppression (address_hash, reason, since)
SELECT md5(n::text) || md5(n::text), 'bounce', now()
FROM generate_series(1, %(followers)s / 100) AS n;
INSERT INTO outbox_delivery (id, contact_id, address, channel, message_class, key, realm, about,
    template, context, language, subject, state, priority, not_before, attempts, resends,
    message_id, provider_id, error, created_at, handed_over_at, sent_at)
SELECT gen_random_uuid(), id, email, 'email', 'promotional', 'old:' || round || ':' || id, '', '',
    'mailings/note', '{}', 'en', '', 'sent', 30, sent, 1, 0, 'old-' || round || '-' || id, '', '',
    sent, sent, sent
FROM people_contact, generate_series(1, ceil(%(others)s::numeric / %(followers)s)::int) AS round,
    LATERAL (SELECT now() - CASE WHEN id %% 100 = 1 THEN interval '1 day'
        ELSE interval '40 days' END AS sent) AS moment;
"""
TABLES = """ANALYZE people_contact, meetups_member, meetups_subscription, outbox_delivery,
    registrations_registration, outbox_suppression"""


def wave_to(followers: int, others: int) -> Wave:
    """A released invitation that is due, and its crowd."""
    series = Series.objects.create(slug="many", name="Many", time_zone="Europe/Minsk")
    start = timezone.localtime() + timedelta(days=10)
    event = Event.objects.create(
        series=series, slug="one", title="One evening", status=Event.Status.PUBLISHED,
        date=start.date(), time=start.time(),
    )  # fmt: skip
    sizes = {"followers": followers, "others": others, "series": series.pk, "event": event.pk}
    with connection.cursor() as cursor:
        cursor.execute(CROWD, sizes)
        cursor.execute(TABLES)
    event.waves.exclude(number=1).delete()
    wave = event.waves.get()
    wave.send_now(None)
    return wave


def plan() -> None:
    """One planner: waits for the common moment, then says how many it wrote, in how many seconds,
    and how many of them PostgreSQL was at work for it."""
    moment = float(sys.stdin.readline())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    time.sleep(max(moment - time.time(), 0))
    began, used = time.perf_counter(), processor_seconds(server)
    written = start_due()
    took, used = time.perf_counter() - began, processor_seconds(server) - used
    sys.stdout.write(f"{written} {took} {used}\n")


def processor_seconds(pid: int) -> float:
    """What a process has used so far (proc_pid_stat(5): utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def planners(number: int) -> list[tuple[int, float, float]]:
    """What each of them wrote and how long it took."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.planning",
        "--one-of",
        connection.settings_dict["NAME"],
    ]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes) for _each in range(number)]  # noqa: S603 (ourselves)
    moment = f"{time.time() + 8}\n"
    for planner in started:
        planner.stdin.write(moment)
        planner.stdin.flush()
    answers = [planner.communicate()[0].split() for planner in started]
    return [(int(written), float(took), float(used)) for written, took, used in answers]


def measure(followers: int, others: int, number: int) -> dict[str, Any]:
    wave = wave_to(followers, others)
    began = time.perf_counter()
    preview = {reason or "reached": n for (_via, reason), n in reach(wave).items()}
    looked = time.perf_counter() - began
    answers = planners(number)
    wave.refresh_from_db()
    rows = Delivery.objects.filter(key__startswith=wave.key)
    return {
        "followers": followers,
        "older messages": Delivery.objects.count() - rows.count(),
        "preview": preview,
        "seconds for the preview": round(looked, 2),
        "planners": number,
        "written by each": [written for written, _took, _used in answers],
        "seconds of the slowest": round(max(took for _written, took, _used in answers), 2),
        "processor seconds of PostgreSQL": round(sum(used for _written, _took, used in answers), 2),
        "messages": rows.count(),
        "people with a message": rows.values("contact").distinct().count(),
        "held back": wave.held,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=100_000)
    parser.add_argument("--others", type=int, default=100_000)
    parser.add_argument("--planners", type=int, default=3)
    parser.add_argument("--one-of", default="", help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_of:
        connection.settings_dict["NAME"] = options.one_of
        plan()
    elif options.inside:
        with empty_database():
            found = measure(options.followers, options.others, options.planners)
            write(found, HERE / "planning.json")
    else:
        once_more_inside("benchmarks.planning")


if __name__ == "__main__":
    main()
