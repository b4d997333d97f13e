"""Whom a digest reaches, and what each follows: asked in one place, for the page and the sending.

Everybody who follows the series and has no digest of this month yet is judged: channel, address,
and the reason why she is not to be written to. Who may be written to gets her wishes: of every
series with a digest this month what she follows, and since when she knows nothing of it.
"""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from mailings.models import Digest, HeldBack, Rest
from mailings.months import GOOD_FOR, shifted, zones
from mailings.news import News, Wish
from mailings.nights import morning_of
from mailings.reach import blocked, midnight, own_way, with_ways
from meetups.models import Subscription
from outbox.circulars import inlined
from outbox.models import Cap, Delivery
from outbox.states import HANDED_OVER, State
from people.models import Contact

Reason = HeldBack.Reason
# A person who moves a little later than the clock is not woken: what is late waits for morning.
LATE = dt.timedelta(hours=1)
# Handed over, whatever is known of it since; what came back she did not get.
GOT = sorted(HANDED_OVER - {State.BOUNCED})
# So many months back one looks for the last digest that somebody got.
MONTHS_BACK = 24

PEOPLE = """
WITH clock AS (
    SELECT * FROM unnest(%(zones)s::text[], %(own_zones)s::text[], %(joined_by)s::timestamptz[],
                         %(not_before)s::timestamptz[], %(not_after)s::timestamptz[])
        AS clock (zone, own_zone, joined_by, not_before, not_after)
), given AS MATERIALIZED (
    SELECT contact_id, min(given_at) AS joined FROM ({given}) AS wish GROUP BY contact_id
), judged AS MATERIALIZED (
    SELECT found.*, clock.own_zone, clock.not_before, clock.not_after
    FROM ({judged}) AS found JOIN clock ON clock.zone = found.time_zone
        JOIN given ON given.contact_id = found.id
    WHERE given.joined <= clock.joined_by
), earlier AS (
    SELECT * FROM unnest(%(of_series)s::bigint[], %(was_due)s::timestamptz[],
                         %(told_from)s::timestamptz[]) AS earlier (series_id, due, since)
), wished AS MATERIALIZED (
    SELECT member.contact_id, member.series_id, wish.channel, min(wish.given_at) AS joined,
        CASE WHEN bool_and(wish.line_id IS NOT NULL)
             THEN array_agg(DISTINCT wish.line_id ORDER BY wish.line_id) END AS lines
    FROM meetups_member member JOIN ({wishes}) AS wish ON wish.member_id = member.id
    WHERE member.series_id = ANY(%(series)s)
    GROUP BY member.contact_id, member.series_id, wish.channel
), followed AS MATERIALIZED (
    SELECT wished.* FROM judged
    JOIN wished ON wished.contact_id = judged.id AND wished.channel = judged.via
    WHERE judged.held_because = ''
), told AS (
    SELECT followed.contact_id, jsonb_agg(
        jsonb_build_array(followed.series_id, followed.lines, COALESCE(last.since, (
            SELECT min(earlier.since) FROM earlier
            WHERE earlier.series_id = followed.series_id AND earlier.due >= followed.joined)))
        ORDER BY followed.series_id)::text AS wishes
    FROM followed LEFT JOIN LATERAL (
        SELECT batch.created_at AS since
        FROM unnest(%(months)s::text[]) WITH ORDINALITY AS month (period, n)
        JOIN outbox_delivery letter
            ON letter.key = 'digest:' || month.period || ':' || followed.contact_id
        JOIN outbox_batch batch ON batch.id = letter.batch_id
        WHERE letter.state = ANY(%(got)s) AND EXISTS (
            SELECT FROM mailings_digest_batches link
            JOIN mailings_digest digest ON digest.id = link.digest_id
            WHERE link.batch_id = batch.id AND digest.series_id = followed.series_id)
        ORDER BY month.n LIMIT 1
    ) AS last ON true
    GROUP BY followed.contact_id
)
SELECT judged.*, COALESCE(told.wishes, '') AS wishes
FROM judged LEFT JOIN told ON told.contact_id = judged.id
"""


@dataclass(frozen=True)
class Clock:
    """One of the zones that people have, as they wrote it, and when the digest is due there."""

    zone: str
    own_zone: str  # "" where she named none that exists: then the clocks of the series count
    due: dt.datetime
    joined_by: dt.datetime
    not_before: dt.datetime

    @property
    def not_after(self) -> dt.datetime:
        return self.due + GOOD_FOR

    @property
    def is_due(self) -> bool:
        return self.due <= timezone.now() < self.not_after

    @property
    def is_over(self) -> bool:
        return self.not_after <= timezone.now()


def clocks(digest: Digest) -> list[Clock]:
    """The zones of all who follow the series."""
    members = Contact.objects.filter(memberships__series=digest.series_id)
    written = members.order_by().values_list("time_zone", flat=True).distinct()
    return [_clock(digest, zone) for zone in written]


def _clock(digest: Digest, zone: str) -> Clock:
    own = zone if zone in zones() else ""
    now, due = timezone.now(), digest.due_in(own or digest.series.time_zone)
    # Where it is due for the first time all are meant who follow by now; later, those who did then.
    is_first = digest.looked_at is None or digest.looked_at < due
    hurried = bool(digest.hurried_at and digest.hurried_at == due)
    in_time = now - due < LATE and not hurried
    return Clock(
        zone=zone,
        own_zone=own,
        due=due,
        joined_by=now if is_first else due,
        not_before=now if in_time else morning_of(now, own or digest.series.time_zone),
    )


def audience(digest: Digest, **given: Any) -> "QuerySet[Contact]":
    """Who follows the series and was neither written to this month nor held back.

    `given` are conditions on when she said so.
    """
    has_one = Delivery.objects.filter(
        key=Concat(Value(digest.key), Cast(OuterRef("pk"), CharField()))
    )
    held = digest.held_back().filter(contact=OuterRef("pk"))
    return Contact.objects.filter(
        ~Exists(has_one), ~Exists(held), Exists(_given(digest).filter(**given))
    )


def judged(digest: Digest) -> "QuerySet[Contact]":
    """The same people with `via`, `address` and `held_because`, "" where nothing stands against."""
    return with_ways(audience(digest), _via(digest)).annotate(
        held_because=Case(*_reasons(digest), default=Value(""), output_field=CharField())
    )


def people(digest: Digest, clocks: Iterable[Clock]) -> tuple[str, dict[str, Any]]:
    """The statement that asks for all people in these zones, and its parameters."""
    columns = ("id", "name", "language", "time_zone", "via", "address", "held_because")
    asked = judged(digest).filter(time_zone__in=[clock.zone for clock in clocks])
    wishes = _heard(Subscription.objects.awake()).values(
        "member_id", "channel", "line_id", "given_at"
    )
    given = Subscription.objects.filter(member__series=digest.series_id, withdrawn_at=None)
    sql = PEOPLE.format(
        judged=inlined(asked.order_by().values(*columns)),
        given=inlined(given.values("given_at", contact_id=F("member__contact"))),
        wishes=inlined(wishes.order_by()),
    )
    together_with = sorted(together(digest))
    return sql, {
        "zones": [clock.zone for clock in clocks],
        "own_zones": [clock.own_zone for clock in clocks],
        "joined_by": [clock.joined_by for clock in clocks],
        "not_before": [clock.not_before for clock in clocks],
        "not_after": [clock.not_after for clock in clocks],
        "series": together_with,
        "got": GOT,
        **_earlier(digest, together_with),
    }


def _earlier(digest: Digest, series: list[int]) -> dict[str, list[Any]]:
    """The digests of the months before: the months to look into for what she got, and from when
    on each told news; who was owed one and got none is told from there."""
    first = shifted(digest.period, -MONTHS_BACK)
    rows = Digest.objects.filter(period__lt=digest.period, period__gte=first)
    mine = rows.filter(series__in=series).exclude(series__digest_day=None)
    before = list(mine.select_related("series"))
    told = rows.exclude(started_at=None).order_by("-period").values_list("period", flat=True)
    return {
        "months": list(told.distinct()),
        "of_series": [one.series_id for one in before],
        "was_due": [one.due_at for one in before],
        "told_from": [one.since_for_newcomers for one in before],
    }


def together(digest: Digest) -> dict[int, Digest]:
    """The digests of this month by series: who follows several gets all of them in one letter."""
    others = Digest.objects.leaving().filter(period=digest.period).exclude(pk=digest.pk)
    rows = others.select_related("series").order_by("series__name", "pk")
    return {digest.series_id: digest} | {other.series_id: other for other in rows}


def wishes_in(text: str, digests: dict[int, Digest]) -> list[Wish]:
    """What one person wishes for, as `people` writes it, in the order of the digests."""
    found = {
        series: Wish(
            series,
            None if lines is None else frozenset(lines),
            None if since is None else dt.datetime.fromisoformat(since),
        )
        for series, lines, since in json.loads(text or "[]")
    }
    return [found[series] for series in digests if series in found]


def news_for(digests: dict[int, Digest], wishes: Iterable[list[Wish]]) -> News:
    """The news that all these people may be told."""
    asked = [wish.since for each in wishes for wish in each if wish.since]
    usual = [digest.since_for_newcomers for digest in digests.values()]
    return News(digests.values(), min([*asked, *usual]))


def reach(digest: Digest) -> dict[tuple[str, str], int]:
    """How many people by (channel, reason), if it left now everywhere; "" for who would get it."""
    now, digests = timezone.now(), together(digest)
    everywhere = [
        Clock(c.zone, c.own_zone, c.due, max(now, c.due), c.not_before) for c in clocks(digest)
    ]
    sql, values = people(digest, everywhere)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT via, held_because, wishes, count(*) FROM ({sql}) AS p GROUP BY 1, 2, 3",  # noqa: S608 (our own words)
            values,
        )
        rows = cursor.fetchall()
    read = {text: wishes_in(text, digests) for _via, _why, text, _n in rows}
    news = news_for(digests, read.values())
    found: dict[tuple[str, str], int] = {}
    says = {text: bool(news.parts(wishes)) for text, wishes in read.items()}
    for via, why, text, number in rows:
        why = why or ("" if says[text] else Reason.NOTHING_NEW.value)
        found[via, why] = found.get((via, why), 0) + number
    return found


def _given(digest: Digest) -> Any:
    return Subscription.objects.filter(
        member__contact=OuterRef("pk"), member__series=digest.series_id, withdrawn_at=None
    )


def _heard(subscriptions: "QuerySet[Subscription]") -> "QuerySet[Subscription]":
    """Without those for whose line or series the channel rests."""
    rests = Rest.objects.now().filter(
        Q(line=None) | Q(line=OuterRef("line")),
        series=OuterRef("member__series"),
        channel=OuterRef("channel"),
    )
    return subscriptions.filter(~Exists(rests))


def _via(digest: Digest) -> Any:
    given: Any = _given(digest).confirmed()
    return own_way(lambda channel: Q(Exists(given.filter(channel=channel))))


def _reasons(digest: Digest) -> list[When]:
    """In this order; the first that holds is the one that is told."""
    given: Any = _given(digest).filter(channel=OuterRef("via"))
    began = midnight(digest.series.time_zone)
    return [
        When(address="", then=Value(Reason.NO_ADDRESS)),
        *blocked(),
        When(~Exists(given.confirmed()), then=Value(Reason.NO_CONSENT)),
        When(~Exists(given.awake()), then=Value(Reason.LESS)),
        When(~Exists(_heard(given.awake())), then=Value(Reason.RESTING)),
        *(
            When(cap.used_up(began), via=cap.channel, then=Value(Reason.CAPPED))
            for cap in Cap.objects.of(digest.series.realm)
        ),
    ]
