"""Whom a message reaches: asked in one place, for the preview and for the sending alike (O1, O2).

Everybody of an audience gets the channel she is reached by and, if she is not to be written to,
the reason: seat, blocked address, consent, cap. The same query counts them and writes the rows.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models import DateTimeField as Moment
from django.utils import timezone

from mailings.audiences import AUDIENCES
from mailings.models.held_back import HeldBack
from mailings.models.rest import Rest
from mailings.models.wave import Wave
from mailings.nights import morning_of
from meetups.models import Line, Series, Subscription
from meetups.walltime import instant
from outbox.models import Cap, Suppression
from outbox.models.suppression import address_hashes_in_sql
from outbox.ways import open_ways
from people.models import Contact

Reason = HeldBack.Reason

# How many people by (channel, reason); "" is the reason of those who would get it.
Reach = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Limits:
    """What limits all news of a series: asked once, however many waves are looked at."""

    caps: list[Cap]
    rests: list[Rest]

    @classmethod
    def of(cls, series: Series) -> "Limits":
        rests = Rest.objects.now().filter(series=series)
        return cls(Cap.objects.of(series.realm), list(rests))

    def resting(self, line: Line | None) -> list[str]:
        """The channels that rest for news of this line."""
        known = {None, line.pk if line else None}
        return sorted({rest.channel for rest in self.rests if rest.line_id in known})


def judged(wave: Wave, limits: Limits | None = None) -> "QuerySet[Contact]":
    """The wave's audience with `via`, `address` and `held_because` of each person, "" where
    nothing stands against writing to her; one row a person."""
    reached = with_ways(AUDIENCES[wave.audience](wave), _via(wave))
    reasons = _reasons(wave, limits or Limits.of(wave.event.series))
    return reached.annotate(
        held_because=Case(*reasons, default=Value(""), output_field=CharField())
    )


def timed(wave: Wave) -> "QuerySet[Contact]":
    """The same people with `not_before`, when each may be written to."""
    return judged(wave).annotate(not_before=_mornings(wave))


def reach(wave: Wave) -> Reach:
    """Whom the wave would reach if it left now."""
    return reaches([wave])[wave.pk]


def reaches(waves: list[Wave]) -> dict[int, Reach]:
    """The same for several waves of one series, in one query and two for its limits."""
    if not waves:
        return {}
    limits = Limits.of(waves[0].event.series)
    first, *others = [_counted(wave, limits) for wave in waves]
    found: dict[int, Reach] = {wave.pk: {} for wave in waves}
    for pk, via, reason, number in first.union(*others, all=True):
        found[pk][via, reason] = number
    return found


def _counted(wave: Wave, limits: Limits) -> Any:
    people: Any = judged(wave, limits).order_by().annotate(wave=Value(wave.pk, IntegerField()))
    return people.values_list("wave", "via", "held_because").annotate(n=Count("pk"))


def with_ways(people: "QuerySet[Contact]", via: Any) -> "QuerySet[Contact]":
    """The people with `via`, the channel each is reached by, and their `address` there."""
    by = Contact.ADDRESSES
    where = [When(via=channel, then=F(field)) for channel, field in by.items()]
    return people.annotate(via=via).annotate(
        address=Case(*where, default=Value(""), output_field=CharField())
    )


def own_way(agreed: Callable[[str], Q]) -> Case:
    """Her own channel where it is open, she has an address there and agreed to it; else e-mail."""
    own = [
        When(Q(channel=channel) & ~Q(**{field: ""}) & agreed(channel), then=Value(channel))
        for channel, field in Contact.ADDRESSES.items()
        if channel in open_ways() and channel != Contact.Channel.EMAIL
    ]
    return Case(*own, default=Value(Contact.Channel.EMAIL), output_field=CharField())


def midnight(zone: str, moment: dt.datetime | None = None) -> dt.datetime:
    """When the day of the moment began by the clocks of the zone; today, where it has passed."""
    now = timezone.now()
    day = max(moment or now, now).astimezone(ZoneInfo(zone)).date()
    return instant(day, dt.time(0), zone)


def _via(wave: Wave) -> Any:
    if wave.channel:
        return Value(wave.channel, CharField())
    return own_way(partial(_agreed, wave))


def _agreed(wave: Wave, channel: str) -> Q:
    return Q() if wave.is_service else Q(Exists(_consent(wave).filter(channel=channel)))


def _reasons(wave: Wave, limits: Limits) -> list[When]:
    """In this order; the first that holds is the one that is told."""
    found = [
        *_seats(wave),
        When(address="", then=Value(Reason.NO_ADDRESS)),
        *blocked(),
    ]
    return found if wave.is_service else [*found, *_consents(wave), *_limits(wave, limits)]


def _seats(wave: Wave) -> list[When]:
    if wave.is_service:
        return []
    seats = wave.event.registrations.filter(contact=OuterRef("pk"))
    return [When(Exists(seats), then=Value(Reason.REGISTERED))]


def blocked() -> list[When]:
    """Addresses that are never written to; the hash of each is worked out once."""
    hashes = address_hashes_in_sql(OuterRef("address"))
    blocked = Suppression.objects.filter(address_hash__in=hashes)
    bounced = blocked.filter(reason=Suppression.Reason.BOUNCE)
    why = Case(When(Exists(bounced), then=Value(Reason.BOUNCED)), default=Value(Reason.SUPPRESSED))
    return [When(Exists(blocked), then=why)]


def _consent(wave: Wave) -> "QuerySet[Subscription]":
    return Subscription.objects.confirmed().filter(
        member__contact=OuterRef("pk"), member__series=wave.event.series_id
    )


def _consents(wave: Wave) -> list[When]:
    """Asked twice only of those who do not get everything."""
    given = _consent(wave).filter(channel=OuterRef("via"))
    wanted = given & Subscription.objects.to_invitations()
    why = Case(When(Exists(given), then=Value(Reason.LESS)), default=Value(Reason.NO_CONSENT))
    return [When(~Exists(wanted), then=why)]


def _limits(wave: Wave, limits: Limits) -> list[When]:
    # By the day on which it leaves: who was written to today is free again in a week.
    began = midnight(wave.event.series.time_zone, wave.due_at)
    return [
        When(via__in=limits.resting(wave.about_line), then=Value(Reason.RESTING)),
        *(
            When(cap.used_up(began), via=cap.channel, then=Value(Reason.CAPPED))
            for cap in limits.caps
        ),
    ]


def _mornings(wave: Wave) -> Any:
    """When it may leave for each person: now, or in the morning of her zone (quiet hours)."""
    now = timezone.now()
    house = wave.event.zone
    usual = now if wave.at_once or wave.is_service else morning_of(now, house)
    own = Contact.objects.exclude(time_zone="").values_list("time_zone", flat=True).distinct()
    later = [] if wave.is_service else [zone for zone in own if zone in available_timezones()]
    return Case(
        *(When(time_zone=zone, then=Value(morning_of(now, zone), Moment())) for zone in later),
        default=Value(usual, Moment()),
        output_field=Moment(),
    )
