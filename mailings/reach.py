"""Whom a message reaches: asked in one place, for the preview and for the sending alike (O1, O2).

Everybody of an audience gets the channel she is reached by and, if she is not to be written to,
the reason: seat, blocked address, consent, cap. The same query counts them and writes the rows.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models import DateTimeField as Moment
from django.utils import timezone

from mailings.audiences import AUDIENCES
from mailings.models.held_back import HeldBack
from mailings.models.rest import Rest
from mailings.models.wave import Wave
from mailings.nights import morning_of
from meetups.models import Subscription
from meetups.walltime import instant
from outbox.models import Cap, Suppression
from outbox.models.suppression import address_hashes_in_sql
from outbox.ways import open_ways
from people.models import Contact

Reason = HeldBack.Reason


def judged(wave: Wave) -> "QuerySet[Contact]":
    """The wave's audience with `via`, `address`, `held_because` ("" where nothing stands against
    it) and `not_before` of each person; one row a person."""
    people = AUDIENCES[wave.audience](wave)
    reached = with_ways(people, wave)
    return reached.annotate(
        held_because=Case(*_reasons(wave), default=Value(""), output_field=CharField()),
        not_before=_mornings(wave),
    )


def reach(wave: Wave) -> dict[tuple[str, str], int]:
    """How many people by (channel, reason); "" is the reason of those who would get it."""
    people: Any = judged(wave).order_by()
    rows = people.values_list("via", "held_because").annotate(n=Count("pk"))
    return {(via, reason): number for via, reason, number in rows}


def with_ways(people: "QuerySet[Contact]", wave: Wave) -> "QuerySet[Contact]":
    """The people with `via`, the channel each is reached by, and their `address` there."""
    by = Contact.ADDRESSES
    where = [When(via=channel, then=F(field)) for channel, field in by.items()]
    return people.annotate(via=_via(wave)).annotate(
        address=Case(*where, default=Value(""), output_field=CharField())
    )


def midnight(zone: str) -> dt.datetime:
    """When today began by the clocks of the zone."""
    today = timezone.now().astimezone(ZoneInfo(zone)).date()
    return instant(today, dt.time(0), zone)


def _via(wave: Wave) -> Any:
    """Her own channel where it is open, she has an address there and agreed to it; else e-mail."""
    if wave.channel:
        return Value(wave.channel, CharField())
    own = [
        When(Q(channel=channel) & ~Q(**{field: ""}) & _agreed(wave, channel), then=Value(channel))
        for channel, field in Contact.ADDRESSES.items()
        if channel in open_ways() and channel != Contact.Channel.EMAIL
    ]
    return Case(*own, default=Value(Contact.Channel.EMAIL), output_field=CharField())


def _agreed(wave: Wave, channel: str) -> Q:
    return Q() if wave.is_service else Q(Exists(_consent(wave).filter(channel=channel)))


def _reasons(wave: Wave) -> list[When]:
    """In this order; the first that holds is the one that is told."""
    found = [
        *_seats(wave),
        When(address="", then=Value(Reason.NO_ADDRESS)),
        *_blocked(),
    ]
    return found if wave.is_service else [*found, *_consents(wave), *_limits(wave)]


def _seats(wave: Wave) -> list[When]:
    if wave.is_service:
        return []
    seats = wave.event.registrations.filter(contact=OuterRef("pk"))
    return [When(Exists(seats), then=Value(Reason.REGISTERED))]


def _blocked() -> list[When]:
    hashes = address_hashes_in_sql(OuterRef("address"))
    blocked = Suppression.objects.filter(address_hash__in=hashes)
    bounced = blocked.filter(reason=Suppression.Reason.BOUNCE)
    return [
        When(Exists(bounced), then=Value(Reason.BOUNCED)),
        When(Exists(blocked), then=Value(Reason.SUPPRESSED)),
    ]


def _consent(wave: Wave) -> "QuerySet[Subscription]":
    return Subscription.objects.confirmed().filter(
        member__contact=OuterRef("pk"), member__series=wave.event.series_id
    )


def _consents(wave: Wave) -> list[When]:
    given = _consent(wave).filter(channel=OuterRef("via"))
    return [
        When(~Exists(given), then=Value(Reason.NO_CONSENT)),
        When(~Exists(given & Subscription.objects.to_invitations()), then=Value(Reason.LESS)),
    ]


def _limits(wave: Wave) -> list[When]:
    series = wave.event.series
    resting = Rest.objects.channels(series, wave.about_line)
    began = midnight(series.time_zone)
    return [
        When(via__in=sorted(resting), then=Value(Reason.RESTING)),
        *(
            When(cap.used_up(began), via=cap.channel, then=Value(Reason.CAPPED))
            for cap in Cap.objects.of(series.realm)
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
