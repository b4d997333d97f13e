"""Which way brings speakers: how far proposals and people to ask have come, by origin (need 89)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from meetups.models import Event
from speakers.models import Lead, Proposal
from speakers.states import State

YEAR = "year"
MONTHS_12 = timedelta(days=365)


@dataclass(frozen=True)
class Origin:
    """How many proposals came this way, and how far they are now; each number holds the next."""

    value: str
    name: str
    proposed: int
    accepted: int
    confirmed: int
    spoke: int


@dataclass(frozen=True)
class Step:
    value: str
    name: str
    number: int


def since(period: str | None) -> datetime | None:
    """Where the period begins; None for all times."""
    return timezone.now() - MONTHS_12 if period == YEAR else None


def reached() -> dict[str, Q]:
    """What each step means of a proposal as it stands now."""
    given = Q(
        state=State.CONFIRMED,
        talk__slot__event__status=Event.Status.PUBLISHED,
        talk__slot__event__ends_at__lte=timezone.now(),
    )
    return {
        "proposed": Q(submitted_at__isnull=False),
        "accepted": Q(state__in=[State.ACCEPTED, State.CONFIRMED]),
        "confirmed": Q(state=State.CONFIRMED),
        "spoke": given,
    }


def talk_funnel(series: Collection[int], period: str = "") -> list[Origin]:
    """One line for each origin, also where nothing came that way; one query."""
    sent_in = Proposal.objects.filter(call__series__in=series, submitted_at__isnull=False)
    begin = since(period)
    if begin:
        sent_in = sent_in.filter(submitted_at__gte=begin)
    counts = {name: Count("pk", filter=q) for name, q in reached().items()}
    rows = sent_in.order_by().values_list("origin").annotate(**counts)
    found = {origin: numbers for origin, *numbers in rows}
    nothing = [0] * len(counts)
    return [
        Origin(value, str(label), *found.get(value, nothing))
        for value, label in Proposal.Origin.choices
    ]


def ways(series: Collection[int], period: str = "") -> list[Step]:
    """How many people to ask are in which state; one query."""
    leads = Lead.objects.filter(series__in=series)
    begin = since(period)
    if begin:
        leads = leads.filter(created_at__gte=begin)
    found = dict(leads.order_by().values_list("state").annotate(n=Count("pk")))
    return [Step(value, str(label), found.get(value, 0)) for value, label in Lead.State.choices]
