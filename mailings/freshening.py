"""A digest that has not left yet says no more of evenings that were called off or moved."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from mailings.digesting import kept, letter_key
from mailings.models import Digest, HeldBack
from mailings.news import evening_facts, is_worth_writing, upcoming
from mailings.one_by_one import one_by_one
from mailings.sending import one_planner_of_news
from meetups.models import Event
from outbox.models import Batch, Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import State

Shown = tuple[int, int]


def freshen(digests: Iterable[Digest]) -> int:
    """Write anew what is stale in the letters of these; returns how many letters that were.

    Two statements where nothing changed, none where nothing is on its way.
    """
    started = {digest.about: digest for digest in digests if digest.started_at}
    if not started:
        return 0
    letters = list(Batch.objects.filter(about__in=started, planned__gt=0))
    shown = {one for batch in letters for one in _shown(batch.context)}
    events = Event.objects.published().filter(pk__in={pk for pk, _rev in shown})
    stale = shown - set(events.values_list("pk", "schedule_rev"))
    old = [batch for batch in letters if stale & _shown(batch.context)]
    return one_by_one(lambda batch: _renew(batch, started[batch.about]), old)


def _shown(facts: dict[str, Any]) -> set[Shown]:
    """The evenings in a letter, each with the schedule that it tells."""
    parts = facts.get("parts", ())
    return {(evening["pk"], evening["rev"]) for part in parts for evening in part["evenings"]}


def _renew(batch: Batch, digest: Digest) -> int:
    with transaction.atomic(), one_planner_of_news():
        waiting = Delivery.objects.filter(batch=batch, waits_as__in=[State.QUEUED, State.HELD])
        if not waiting.exists():
            return 0
        parts = [_renewed(part) for part in batch.context["parts"]]
        parts = [part for part in parts if is_worth_writing(part)]
        if not parts:
            return _take_back(waiting, digest)
        return _say_instead(waiting, batch, digest, batch.context | {"parts": parts})


def _renewed(part: dict[str, Any]) -> dict[str, Any]:
    told = [evening["pk"] for evening in part["evenings"]]
    events = upcoming().filter(pk__in=told).order_by("starts_at", "pk")
    return part | {"evenings": [evening_facts(event) for event in events]}


def _take_back(waiting: DeliveryQuerySet, digest: Digest) -> int:
    """Nothing new is left to tell: nobody gets it, and it is kept why."""
    ledger = digest.ledger()
    rows = waiting.exclude(contact=None).values_list("contact", "channel")
    HeldBack.objects.bulk_create(
        [
            HeldBack(
                batch=ledger,
                contact_id=contact,
                reason=HeldBack.Reason.NOTHING_NEW,
                channel=channel,
            )
            for contact, channel in rows
        ],
        batch_size=5000,
        ignore_conflicts=True,
    )
    withdrawn = waiting.withdraw()
    Batch.objects.filter(pk=ledger.pk).update(held=F("held") + withdrawn)
    return withdrawn


def _say_instead(
    waiting: DeliveryQuerySet, batch: Batch, digest: Digest, facts: dict[str, Any]
) -> int:
    """Another batch for those that wait; what has left stays what it said."""
    key = letter_key(digest, facts)
    pk = kept(digest, {key: facts}, batch.created_at)[key]
    Batch.objects.get(pk=pk).digests.add(*batch.digests.all())
    moved = waiting.update(batch=pk)
    Batch.objects.filter(pk=pk).update(planned=F("planned") + moved)
    Batch.objects.filter(pk=batch.pk).update(planned=F("planned") - moved)
    return moved
