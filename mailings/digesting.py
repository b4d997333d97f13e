"""Digests leave: everybody's month becomes one letter, once whoever else tries (need 85, O9)."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from mailings.digest_reach import (
    Clock,
    audience,
    clocks,
    news_for,
    people,
    together,
    wishes_in,
)
from mailings.models import Digest
from mailings.news import letter_facts
from mailings.one_by_one import one_by_one
from mailings.second_looks import take_back_from_leavers
from mailings.sending import one_planner_of_news
from meetups.models import Subscription
from outbox import wake
from outbox.circulars import Circular
from outbox.models import Batch
from outbox.states import MessageClass

LETTER = "mailings/digest"
# A hundred thousand people are joined in memory, not in files; until the transaction ends.
ROOM = "SET LOCAL work_mem = '64MB'"
JUDGE = "CREATE TEMPORARY TABLE digest_people ON COMMIT DROP AS {people}"
COUNT = "SELECT wishes, count(*) FROM digest_people WHERE held_because = '' GROUP BY wishes"
# One letter for each batch, and the name of everybody else with the reason.
WRITE = """
WITH letter AS (
    SELECT * FROM unnest(%(wishes)s::text[], %(batches)s::bigint[]) AS letter (wishes, letter_batch)
), meant AS (
    SELECT person.*, letter.letter_batch,
        CASE WHEN held_because = '' AND letter_batch IS NULL THEN 'nothing new'
             ELSE held_because END AS because
    FROM digest_people person LEFT JOIN letter ON letter.wishes = person.wishes
), kept_back AS (
    INSERT INTO mailings_heldback (batch_id, contact_id, reason, channel)
    SELECT %(ledger)s, id, because, via FROM meant WHERE because <> ''
    ON CONFLICT DO NOTHING RETURNING 1
), reached AS (SELECT * FROM meant WHERE because = ''),
posted AS ({insert} RETURNING batch_id)
SELECT batch_id, count(*) FROM posted GROUP BY batch_id
UNION ALL SELECT NULL, count(*) FROM kept_back
"""
OWN_FACTS = "jsonb_build_object('name', name, 'own_zone', own_zone)"


def write_due(digests: list[Digest]) -> int:
    """Write each of them that is due somewhere; any number of planners, twice is harmless."""
    return one_by_one(write, (digest for digest in digests if digest.has_to_look))


def write(digest: Digest) -> int:
    """Look whose digest is due and write it; returns how many letters that were.

    Whoever follows several series of this month gets all of them in one letter, from the one
    that is due first. After 48 hours it counts whom it missed and is over.
    """
    began = timezone.now()
    with transaction.atomic(), one_planner_of_news():
        rows = Digest.objects.select_for_update(of=("self",)).select_related("series")
        fresh = rows.get(pk=digest.pk)
        if not fresh.has_to_look:
            return 0
        found = clocks(fresh)
        due = [clock for clock in found if clock.is_due]
        written = _write(fresh, due) if due and fresh.state in Digest.LEAVING else 0
        fresh.looked_at = began
        fresh.save(update_fields=["looked_at"])
        if fresh.too_late_at <= timezone.now() and all(clock.is_over for clock in found):
            fresh.close(_missed(fresh, found))
    if written:
        agreed = Subscription.objects.awake()
        take_back_from_leavers(fresh.messages(), fresh.series, agreed, began)
    return written


def _write(digest: Digest, due: list[Clock]) -> int:
    digests, ledger = together(digest), digest.ledger()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.digest_people")
        cursor.execute(ROOM)
        sql, values = people(digest, due)
        cursor.execute(JUDGE.format(people=sql), values)
        cursor.execute(COUNT)
        batches = _batches(digest, digests, [wishes for wishes, _number in cursor.fetchall()])
        letter = _circular(digest)
        insert = letter.insert(
            "reached", batch="letter_batch", context=OWN_FACTS, not_after="not_after"
        )
        named = {
            "wishes": list(batches), "batches": list(batches.values()), "ledger": ledger.pk
        }  # fmt: skip
        cursor.execute(WRITE.format(insert=insert), letter.parameters() | named)
        counts: dict[int | None, int] = dict(cursor.fetchall())
    held = counts.pop(None, 0)
    Batch.objects.filter(pk=ledger.pk).update(held=F("held") + held)
    return _count(digest, counts)


def _batches(digest: Digest, digests: dict[int, Digest], found: list[str]) -> dict[str, int]:
    """The batch for each kind of wishes that has any news; the same words share one."""
    wishes = {text: wishes_in(text, digests) for text in found}
    news = news_for(digests, wishes.values())
    keys: dict[str, str] = {}
    letters: dict[str, dict[str, Any]] = {}
    told: dict[str, set[int]] = {}
    for text, wanted in wishes.items():
        if parts := news.parts(wanted):
            facts = letter_facts(digest, parts)
            keys[text] = key = letter_key(digest, facts)
            letters[key] = facts
            told.setdefault(key, set()).update(wish.series_id for wish in wanted)
    known = kept(digest, letters, timezone.now())
    links = Digest.batches.through.objects
    links.bulk_create(
        [
            Digest.batches.through(digest_id=digests[series].pk, batch_id=known[key])
            for key, several in told.items()
            for series in sorted(several)
        ],
        ignore_conflicts=True,
    )
    return {text: known[key] for text, key in keys.items()}


def letter_key(digest: Digest, facts: dict[str, Any]) -> str:
    """The name of the batch whose letters say this."""
    words = json.dumps(facts, sort_keys=True, default=str).encode()
    return f"{digest.key}{digest.series_id}:{sha256(words).hexdigest()[:24]}"


def kept(digest: Digest, letters: dict[str, dict[str, Any]], told_at: datetime) -> dict[str, int]:
    """The ids of the batches that say this; what became known after `told_at` is news later."""
    Batch.objects.bulk_create(
        [
            Batch(
                key=key,
                title=str(digest)[:200],
                context=facts,
                realm=digest.series.realm,
                about=digest.about,
                created_at=told_at,
            )
            for key, facts in letters.items()
        ],
        ignore_conflicts=True,
    )
    return dict(Batch.objects.filter(key__in=letters).values_list("key", "pk"))


def _circular(digest: Digest) -> Circular:
    return Circular(
        template=LETTER,
        key=digest.key,
        message_class=MessageClass.PROMOTIONAL,
        language=digest.series.language,
        realm=digest.series.realm,
        about=digest.about,
    )


def _count(digest: Digest, written: dict[Any, int]) -> int:
    """Note how many letters there are, on their batches and on every digest that is in them."""
    for pk, number in written.items():
        Batch.objects.filter(pk=pk).update(planned=F("planned") + number)
        Digest.objects.filter(batches=pk).update(planned=F("planned") + number)
    digest.state = Digest.State.STARTED
    digest.started_at = digest.started_at or timezone.now()
    digest.save(update_fields=["state", "started_at"])
    digest.refresh_from_db(fields=["planned"])
    transaction.on_commit(wake.ring, robust=True)
    return sum(written.values())


def _missed(digest: Digest, found: list[Clock]) -> int:
    """How many followed in time and have nothing of this month."""
    if digest.state == Digest.State.CANCELLED:
        return 0
    return sum(
        audience(digest, given_at__lte=clock.due).filter(time_zone=clock.zone).count()
        for clock in found
    )
