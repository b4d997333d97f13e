"""What must hold of messages at any moment, read by check_invariants."""

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from outbox.models import Delivery, Suppression
from outbox.models.suppression import address_hashes
from outbox.states import HANDED_OVER

GRACE = timedelta(seconds=60)
Check = tuple[str, Callable[[], list[str]]]

ILLEGAL_HISTORY = """
SELECT key || ' is ' || state || ' with ' || attempts || ' attempts, handed over '
       || coalesce(handed_over_at::text, 'never') || ', sent ' || coalesce(sent_at::text, 'never')
FROM outbox_delivery
WHERE (state IN ('sent', 'delivered', 'bounced', 'complained') AND settled_at IS NULL)
   OR (state IN ('handover', 'unknown') AND (handed_over_at IS NULL OR attempts = 0))
   OR (state IN ('failed', 'suppressed', 'cancelled', 'expired') AND settled_at IS NULL)
   OR (state IN ('queued', 'held') AND sent_at IS NOT NULL)
   OR resends > 1
LIMIT 100
"""
TWICE = """
SELECT key FROM outbox_delivery GROUP BY key HAVING count(*) > 1
UNION ALL
SELECT message_id FROM outbox_delivery GROUP BY message_id HAVING count(*) > 1
"""
TOO_LATE = """
SELECT key || ' handed over ' || handed_over_at || ', not after ' || not_after
FROM outbox_delivery
WHERE handed_over_at > not_after
LIMIT 100
"""
STUCK = """
SELECT key || ' is ' || state || ', and no sender has it'
FROM outbox_delivery
WHERE state IN ('claimed', 'handover')
  AND claim_token NOT IN (SELECT token FROM outbox_claimant)
LIMIT 100
"""


def rows(sql: str) -> list[str]:
    """The offending rows, each as one line; `%(now)s` in the statement is the program's clock."""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"now": timezone.now()})
        return [line for (line,) in cursor.fetchall()]


def written_to_the_blocked() -> list[str]:
    """Messages handed over more than a minute after their address was blocked."""
    since = dict(Suppression.objects.values_list("address_hash", "since"))
    if not since:
        return []
    recent = Delivery.objects.filter(state__in=HANDED_OVER, handed_over_at__gt=min(since.values()))
    return [
        f"{delivery.key} handed over {delivery.handed_over_at}"
        for delivery in recent.only("key", "address", "handed_over_at").iterator()
        for blocked in [since[h] for h in address_hashes(delivery.address) if h in since]
        if delivery.handed_over_at and delivery.handed_over_at - blocked > GRACE
    ]


INVARIANTS: list[Check] = [
    ("I5 every message has a legal state and history", lambda: rows(ILLEGAL_HISTORY)),
    ("I5 no key and no Message-ID twice", lambda: rows(TWICE)),
    ("I6 no message stays in hand for good", lambda: rows(STUCK)),
    ("I7 nothing sent to a blocked address", written_to_the_blocked),
    ("I8 nothing sent after its last moment", lambda: rows(TOO_LATE)),
]
