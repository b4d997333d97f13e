"""Seconds until a monthly digest to very many is written, with several planners at once.

    python -m benchmarks.digest [--followers 100000] [--months 12] [--planners 3]

Everybody follows the series or one of its two lines, one in ten a second series as well, and got
the digest of each month before; one in a hundred has an address that bounced or never confirmed.
Each planner is a process of its own. Writes digest.json.
"""

import argparse
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.inside import empty_database, once_more_inside, write
from benchmarks.planning import processor_seconds
from mailings.digest_reach import reach
from mailings.digests import advance_digests
from mailings.models import Digest, HeldBack
from mailings.months import period_of, shifted
from meetups.models import Line, Series
from outbox.models import Batch, Delivery
from tests.builders import make_event, make_talk

HERE = Path(__file__).resolve().parent
CROWD = """
INSERT INTO people_contact (name, email, phone, messenger, channel, language, time_zone, created_at)
SELECT 'Guest ' || n, 'guest-' || n || '@example.org', '', '', 'email',
    (ARRAY['en', 'ru', 'zh-hans'])[n %% 3 + 1],
    (ARRAY['', 'Europe/Berlin', 'Asia/Tokyo'])[n %% 3 + 1], now()
FROM generate_series(1, %(followers)s) AS n;
INSERT INTO meetups_member (series_id, contact_id, source, tags, notes, first_met)
SELECT %(series)s, id, 'file', '', '', now() FROM people_contact
UNION ALL SELECT %(other)s, id, 'file', '', '', now() FROM people_contact WHERE id %% 10 = 0;
INSERT INTO meetups_subscription (member_id, line_id, channel, pace, source, text_version, given_at,
    confirmed_at, network)
SELECT id, CASE WHEN series_id = %(series)s
        THEN (ARRAY[NULL, %(web)s, %(data)s])[contact_id %% 3 + 1] END,
    'email', 'all', 'file', '1', now() - interval '2 years',
    CASE WHEN contact_id %% 100 <> 1 THEN now() - interval '2 years' END, ''
FROM meetups_member;
INSERT INTO outbox_suppression (address_hash, reason, since)
SELECT md5(n::text) || md5(n::text), 'bounce', now()
FROM generate_series(1, %(followers)s / 100) AS n;
"""
MONTH = """
INSERT INTO outbox_delivery (id, contact_id, address, channel, message_class, key, realm, about,
    batch_id, template, context, language, subject, state, priority, not_before, attempts, resends,
    message_id, provider_id, error, created_at, handed_over_at, sent_at)
SELECT gen_random_uuid(), id, email, 'email', 'promotional', %(key)s || id, %(realm)s, '',
    %(batch)s, 'mailings/digest', '{}', 'en', '', 'sent', 30, %(sent)s, 1, 0,
    %(key)s || id, '', '', %(sent)s, %(sent)s, %(sent)s
FROM people_contact WHERE id %% 20 <> 2;
"""
TABLES = """VACUUM ANALYZE people_contact, meetups_member, meetups_subscription, outbox_delivery,
    outbox_batch, outbox_suppression"""


def crowd(followers: int, months: int) -> Digest:
    """A digest that is due now, and its readers."""
    day = {"time_zone": "Europe/Minsk", "digest_day": 28}
    series = Series.objects.create(slug="many", name="Many", **day)
    other = Series.objects.create(slug="few", name="Few", **day)
    web, data = (Line.objects.create(series=series, slug=name, name=name) for name in ("a", "b"))
    for number, line in enumerate((web, data, None)):
        make_event(series, starts_in=timedelta(days=10 + number), line=line)
        past = make_event(series, starts_in=timedelta(days=-10 - number), line=line)
        for _each in range(3):
            make_talk(past, speakers=["Olga"], video_url="https://v.example.org/1")
    make_event(other, starts_in=timedelta(days=12))
    ids = {"series": series.pk, "other": other.pk, "web": web.pk, "data": data.pk}
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(CROWD, {"followers": followers} | ids)
        for back in range(1, months + 1):
            sent, period = now - timedelta(days=30 * back), shifted(period_of(now, "UTC"), -back)
            batch = Batch.objects.create(key=f"old:{back}", created_at=sent, planned=followers)
            for one in (series, other):
                digest = Digest.objects.create(
                    series=one, period=period, state="started", started_at=sent, closed_at=sent
                )
                digest.batches.add(batch)
            key = {"key": f"digest:{period}:", "realm": series.realm}
            cursor.execute(MONTH, key | {"batch": batch.pk, "sent": sent})
        cursor.execute(TABLES)
    # So that it is due now, whatever day it is.
    mine, _other = (
        Digest.objects.create(series=one, period=period_of(now, "UTC")) for one in (series, other)
    )
    mine.send_now()
    return mine


def plan() -> None:
    """One planner: waits for the common moment; says how many it wrote in how many seconds."""
    moment = float(sys.stdin.readline())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (server,) = cursor.fetchone()
    time.sleep(max(moment - time.time(), 0))
    began, used = time.perf_counter(), processor_seconds(server)
    with CaptureQueriesContext(connection) as asked:
        written = advance_digests()
    took, used = time.perf_counter() - began, processor_seconds(server) - used
    sys.stdout.write(f"{written} {took} {used} {len(asked)}\n")


def planners(number: int) -> list[tuple[int, float, float, int]]:
    """What each wrote, in how long, with how much of PostgreSQL, in how many statements."""
    name = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-m", "benchmarks.digest", "--one-of", name]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, **pipes) for _each in range(number)]  # noqa: S603 (ourselves)
    moment = f"{time.time() + 8}\n"
    for planner in started:
        planner.stdin.write(moment)
        planner.stdin.flush()
    answers = [planner.communicate()[0].split() for planner in started]
    return [
        (int(written), float(took), float(used), int(asked))
        for written, took, used, asked in answers
    ]


def measure(followers: int, months: int, number: int) -> dict[str, Any]:
    digest = crowd(followers, months)
    older = Delivery.objects.count()
    began = time.perf_counter()
    preview = {reason or "reached": n for (_via, reason), n in reach(digest).items()}
    looked = time.perf_counter() - began
    answers = planners(number)
    rows = digest.messages()
    return {
        "followers": followers,
        "older digests": older,
        "preview": preview,
        "seconds for the preview": round(looked, 2),
        "planners": number,
        "written by each": [answer[0] for answer in answers],
        "seconds of the slowest": round(max(answer[1] for answer in answers), 2),
        "processor seconds of PostgreSQL": round(sum(answer[2] for answer in answers), 2),
        "statements of the writer": max(answer[3] for answer in answers),
        "digests": rows.count(),
        "people with a digest": rows.values("contact").distinct().count(),
        "kinds of letters": rows.values("batch").distinct().count(),
        "held back": HeldBack.objects.count(),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--planners", type=int, default=3)
    parser.add_argument("--one-of", default="", help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one_of:
        connection.settings_dict["NAME"] = options.one_of
        plan()
    elif options.inside:
        with empty_database():
            found = measure(options.followers, options.months, options.planners)
            write(found, HERE / "digest.json")
    else:
        once_more_inside("benchmarks.digest")


if __name__ == "__main__":
    main()
