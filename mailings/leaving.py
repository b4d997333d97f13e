"""What leaves next, for the desk: messages that wait to be sent, and what is planned to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from mailings.models import Digest, ReminderPlan, Wave
from mailings.timeline import audience_of
from meetups.letter_names import letter_name
from meetups.models import Event, Series
from outbox.models import Delivery
from speakers.models import Duty
from speakers.reminding import due_at

MOST = 6


@dataclass(frozen=True)
class Leaving:
    """One line of "Leaving next": when, what, about which evening, and to how many people.

    Where that is worked out only when it leaves, `whom` says it in words.
    """

    at: datetime
    zone: str
    what: str
    people: int = 0
    event: Event | None = None
    whom: str = ""


def leaving_next(series: Iterable[Series]) -> list[Leaving]:
    """The next messages of these series, the earliest first; as many queries whatever there is."""
    series = list(series)
    planned = [*_reminders(series), *_waves(series), *_digests(series), *_duties(series)]
    found = [*_queued(series), *planned]
    return sorted(found, key=lambda line: line.at)[:MOST]


def _queued(series: list[Series]) -> Iterator[Leaving]:
    waiting = Delivery.objects.filter(
        waits_as=Delivery.State.QUEUED, realm__in=[one.realm for one in series]
    )
    groups = (
        waiting.order_by().values("template", "about").annotate(n=Count("pk"), at=Min("not_before"))
    )
    first = list(groups.order_by("at")[:MOST])
    events = Event.objects.in_bulk({pk for group in first if (pk := _event_id(group["about"]))})
    for group in first:
        event = events.get(_event_id(group["about"]))
        zone = event.zone if event else series[0].time_zone
        yield Leaving(group["at"], zone, letter_name(group["template"]), group["n"], event)


def _reminders(series: list[Series]) -> Iterator[Leaving]:
    events = Event.objects.published().filter(series__in=series, time_known=True)
    to_come = events.filter(starts_at__gt=timezone.now()).prefetch_related("reminder_plans")
    for event in to_come.order_by("starts_at")[:MOST]:
        for plan in ReminderPlan.objects.both(event):
            due = plan.due_at
            if plan.state == plan.State.ON and due and due > timezone.now():
                people = event.seats_taken + event.online_taken
                yield Leaving(due, event.zone, plan.name, people, event)


def _waves(series: list[Series]) -> Iterator[Leaving]:
    """What was released: an announced evening's leaves by itself, that of a draft does not."""
    released = Wave.objects.filter(
        state=Wave.State.RELEASED,
        due_at__gt=timezone.now(),
        event__series__in=series,
        event__status=Event.Status.PUBLISHED,
    )
    for wave in released.select_related("event__line", "line").order_by("due_at", "pk")[:MOST]:
        event, whom = wave.event, audience_of(wave)
        yield Leaving(wave.due_at, event.zone, wave.name, event=event, whom=whom)


def _digests(series: list[Series]) -> Iterator[Leaving]:
    to_come = Digest.objects.filter(
        state=Digest.State.PLANNED, closed_at=None, series__in=series, series__digest_day__gte=1
    )
    for digest in to_come.select_related("series").order_by("period", "pk")[:MOST]:
        if digest.due_at > timezone.now():
            what = _("Monthly digest of %(series)s") % {"series": digest.series}
            yield Leaving(digest.due_at, digest.series.time_zone, what, whom=_("followers"))


def _duties(series: list[Series]) -> Iterator[Leaving]:
    event = "talk__slot__event"
    evenings = {f"{event}__series__in": series, f"{event}__status": Event.Status.PUBLISHED}
    duties = Duty.objects.waiting().filter(
        **evenings, **{f"{event}__starts_at__gt": timezone.now()}
    )
    speakers = Count("talk__proposal__parts", filter=has_to_be_reminded())
    rows = duties.annotate(people=speakers).filter(people__gt=0).select_related(event)
    for duty in rows.order_by("due_on", "pk")[:MOST]:
        slot: Any = duty.talk.slot
        due, what = due_at(duty, slot.event), letter_name(f"speakers/duty_{duty.kind}")
        if due > timezone.now():
            yield Leaving(due, slot.event.zone, what, duty.people, slot.event)


def has_to_be_reminded() -> Q:
    """Of the parts of a duty's talk those that are written to."""
    part = "talk__proposal__parts"
    said_yes = Q(**{f"{part}__accepted_at__isnull": False, f"{part}__contact__isnull": False})
    lacks = Q(**{f"{part}__speaker__photo": ""}) | Q(**{f"{part}__speaker__bio": ""})
    return said_yes & (~Q(kind=Duty.Kind.PROFILE) | lacks)


def _event_id(about: str) -> int | None:
    """The evening that a message is about: 5 for "event:5:0"."""
    kind, _colon, rest = about.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "event" and number.isdecimal() else None
