"""Whom an evening without a date can count on: begin with the audience, not the room (need 51)."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from meetups.models import Subscription
from registrations.forecast import FIRST_EVENING, USUAL_RATE, Group, Turnout, usually_brings
from registrations.turnout.prospects import Prospect

# Who followed the series, or the line of each of these evenings, when it began.
FOLLOWED = """
SELECT past.id, count(DISTINCT member.id)
FROM meetups_event past
JOIN meetups_member member ON member.series_id = past.series_id
JOIN meetups_subscription wish ON wish.member_id = member.id
WHERE past.id = ANY(%s) AND wish.confirmed_at <= past.starts_at
  AND (wish.withdrawn_at IS NULL OR wish.withdrawn_at > past.starts_at)
  AND (wish.line_id IS NULL OR wish.line_id = past.line_id)
GROUP BY past.id
"""


@dataclass(frozen=True)
class Audience:
    """Those who agreed to be invited, and what as many usually bring; None where unknown."""

    followers: int
    registered: tuple[int, int] | None = None
    came: tuple[int, int] | None = None


@dataclass(frozen=True)
class First:
    """What a first evening brings: people, and how many must register for it (need 39)."""

    people: int

    @property
    def registered(self) -> int:
        return round(self.people / USUAL_RATE)


def audience_of(prospect: Prospect) -> Audience:
    """For the evening's line, with all who follow the whole series; two queries."""
    event = prospect.event
    line = Q(line=None) | Q(line=event.line_id) if event.line_id else Q(line=None)
    wishes = Subscription.objects.confirmed().filter(line, member__series=event.series_id)
    followers = wishes.values("member").distinct().count()
    then = _followed([one.pk for one in prospect.before])
    past = [(then.get(one.pk, 0), one.registered) for one in prospect.before]
    brought = usually_brings(followers, past)
    if brought is None:
        return Audience(followers)
    outlook = Turnout(prospect.known, [Group(sum(brought) // 2)]).outlook()
    came = (outlook.low, outlook.high) if outlook else None
    return Audience(followers, brought, came)


def first_evening() -> dict[str, First]:
    """By the size of the city."""
    return {size: First(people) for size, people in FIRST_EVENING.items()}


def _followed(evenings: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(FOLLOWED, [evenings])
        return dict(cursor.fetchall())
