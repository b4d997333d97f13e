"""A wave leaves: its audience becomes messages, in one statement, once whoever else tries."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from mailings.afterwards import own_facts, shared_facts
from mailings.models.wave import Wave
from mailings.one_by_one import one_by_one
from mailings.programme import what_awaits
from mailings.reach import timed
from mailings.second_looks import take_back_from_leavers
from meetups import notices
from meetups.models import Event, Subscription
from outbox import wake
from outbox.circulars import Circular, inlined
from outbox.models import Batch
from outbox.states import HANDED_OVER

LETTERS = {
    Wave.Purpose.INVITATION: "mailings/invitation",
    Wave.Purpose.NOTE: "mailings/note",
    Wave.Purpose.THANKS: "mailings/thanks",
    Wave.Purpose.RECAP: "mailings/recap",
}
# News is planned by one at a time, so that two campaigns of one moment see each other's caps.
NEWS_LOCK = 0x4E455753
PATIENCE = "2min"
# Sorted, so that everybody is judged before the first row is written: a cap that is looked up in a
# table while it grows takes minutes.
PLAN = """
WITH judged AS MATERIALIZED (SELECT * FROM ({judged}) AS everybody ORDER BY held_because),
kept_back AS (
    INSERT INTO mailings_heldback (batch_id, contact_id, reason, channel)
    SELECT %(batch_id)s, id, held_because, via FROM judged WHERE held_because <> ''
    ON CONFLICT DO NOTHING RETURNING 1
),
reached AS (SELECT * FROM judged WHERE held_because = ''),
posted AS ({insert} RETURNING 1)
SELECT (SELECT count(*) FROM posted), (SELECT count(*) FROM kept_back)
"""


def start_due() -> int:
    """Write what is due now of every released wave; any number of planners, twice is harmless."""
    now = timezone.now()
    open_ones = Wave.objects.filter(
        state__in=[Wave.State.RELEASED, Wave.State.STARTED],
        due_at__lte=now,
        event__status=Event.Status.PUBLISHED,
    ).exclude(state=Wave.State.STARTED, schedule_rev=F("event__schedule_rev"))
    return one_by_one(start, open_ones)


def _has_to_start(wave: Wave) -> bool:
    return wave.state == Wave.State.RELEASED or wave.schedule_rev != wave.event.schedule_rev


def start(wave: Wave) -> int:
    """Work out who gets it and write the rows; returns how many. Nothing for one that has begun.

    After a move the rest of a wave that was on its way is written anew, for the new time.
    """
    began = timezone.now()
    with transaction.atomic(), one_planner_of_news():
        fresh = Wave.objects.select_for_update(of=("self",)).select_related(
            "event__series", "event__venue", "event__room", "event__line", "line"
        ).get(pk=wave.pk)  # fmt: skip
        if fresh.state not in {Wave.State.RELEASED, Wave.State.STARTED}:
            return 0
        if not _has_to_start(fresh):
            return 0
        if fresh.not_after <= timezone.now():
            return _miss(fresh)
        written = _plan(fresh)
        _take_back_from_guests(fresh)
    _take_back_from_leavers(fresh, began)
    return written


@contextmanager
def one_planner_of_news() -> Iterator[None]:
    """Until the transaction ends nobody else plans news.

    Who comes second waits longer than for other locks: a wave to 100,000 takes seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NEWS_LOCK])
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
    yield


def _miss(wave: Wave) -> int:
    if wave.state == Wave.State.RELEASED:
        wave.state = Wave.State.MISSED
    wave.schedule_rev = wave.event.schedule_rev
    wave.save(update_fields=["state", "schedule_rev"])
    return 0


def _plan(wave: Wave) -> int:
    event = wave.event
    batch, _created = Batch.objects.get_or_create(
        key=f"{wave.key}{event.schedule_rev}",
        defaults={
            "title": f"{wave.name}: {event}"[:200],
            "context": facts(wave),
            "realm": event.series.realm,
            "about": event.about,
        },
    )
    written, held = _write(wave, batch)
    wave.state, wave.schedule_rev = Wave.State.STARTED, event.schedule_rev
    wave.started_at = wave.started_at or timezone.now()
    wave.planned, wave.held = wave.planned + written, held
    wave.save()
    Batch.objects.filter(pk=batch.pk).update(planned=written, held=held)
    transaction.on_commit(wake.ring, robust=True)
    return written


def facts(wave: Wave) -> dict[str, object]:
    """What its letters say beside what is personal."""
    words = {
        "words": wave.text,
        "own_subject": wave.subject,
        "number": wave.number or 0,
        "audience": wave.audience,
        "is_news": not wave.is_service,
    }
    awaits = what_awaits(wave.event) if wave.is_invitation else {}
    return notices.facts(wave.event) | words | awaits | shared_facts(wave)


def circular(wave: Wave, batch: Batch) -> Circular:
    return Circular(
        template=LETTERS[Wave.Purpose(wave.purpose)],
        key=f"{wave.key}{wave.event.schedule_rev}:",
        message_class=wave.message_class,
        language=wave.event.series.language,
        realm=wave.event.series.realm,
        about=wave.event.about,
        batch_id=batch.pk,
        not_after=wave.not_after,
    )


def _write(wave: Wave, batch: Batch) -> tuple[int, int]:
    """The one statement: everybody judged, the rows of some written, the names of others kept."""
    has_it = wave.messages().filter(state__in=HANDED_OVER).values("contact")
    people = timed(wave).exclude(pk__in=has_it) if wave.started_at else timed(wave)
    columns = ("id", "name", "language", "via", "address", "not_before", "held_because")
    letter, own = circular(wave, batch), own_facts(wave)
    asked = people.order_by().annotate(**own.annotations).values(*columns, *own.annotations)
    statement = PLAN.format(
        judged=inlined(asked), insert=letter.insert("reached", context=own.context)
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, letter.parameters())
        written, held = cursor.fetchone()
    return written, held


def _take_back_from_guests(wave: Wave) -> None:
    """Who registered while this was written gets no invitation; who does later takes hers back.

    Only now under the event's lock: thousands of rows are written without holding up its guests.
    """
    with wave.event.locked() as event:
        unsent = wave.messages().unsent()
        if event.schedule_rev != wave.schedule_rev or event.status != Event.Status.PUBLISHED:
            unsent.withdraw()
        elif not wave.is_service:
            unsent.filter(contact__in=event.registrations.values("contact")).withdraw()


def _take_back_from_leavers(wave: Wave, began: datetime) -> None:
    if wave.is_service:
        return
    agreed = Subscription.objects.to_invitations()
    if wave.audience == "followers" and (line := wave.about_line):
        agreed = agreed.filter(Q(line=None) | Q(line=line))
    take_back_from_leavers(wave.messages(), wave.event.series, agreed, began)
