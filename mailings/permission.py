"""People brought along from elsewhere are asked once, by mail, whether we may write to them (O25).

They never agreed to news of ours. One mail each, under the limits for news and the list of blocked
addresses; its button is what makes it consent. Silence means no, and nobody is asked again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, Count, Exists, OuterRef, QuerySet, Value, When
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from mailings.models import HeldBack, Rest
from mailings.months import zones
from mailings.nights import morning_of
from mailings.reach import blocked, midnight, with_ways
from mailings.sending import one_planner_of_news
from meetups import notices
from meetups.models import Series, Subscription, Wish
from meetups.models.wish import LIFE
from meetups.tokens import follow_token_from
from outbox.drafts import CHUNK, Draft
from outbox.models import Cap, Delivery
from outbox.states import MessageClass
from people.models import Contact
from people.tokens import hash_of

LETTER = "registrations/permission"
# Where consent stands that nobody has given yet, and where it came from once she has.
IMPORTED, SOURCE = "import", "permission mail"
TEXT_VERSION = "permission-2026-11"
Reason = HeldBack.Reason


@dataclass(frozen=True)
class Standing:
    """How many were asked, how many would be now, and how many not, by reason."""

    asked: int
    agreed: int
    reached: int
    held: dict[str, int]


def key(series: Series) -> str:
    """The beginning of the keys of these mails; a person's id is the end."""
    return f"permission:{series.pk}:"


def not_asked(series: Series) -> "QuerySet[Contact]":
    """Those brought along who have said nothing yet, neither yes nor no, and were not asked."""
    said = Subscription.objects.filter(member__contact=OuterRef("pk"), member__series=series)
    open_ones = said.filter(source=IMPORTED, confirmed_at=None, withdrawn_at=None)
    answers = said.exclude(confirmed_at=None, withdrawn_at=None)
    mail = Concat(Value(key(series)), Cast(OuterRef("pk"), CharField()))
    was_asked = Delivery.objects.filter(key=mail)
    return Contact.objects.filter(Exists(open_ones), ~Exists(answers), ~Exists(was_asked))


def judged(series: Series) -> Any:
    """The same people with `held_because`, "" where nothing stands against asking now."""
    people = with_ways(not_asked(series), Value(Contact.Channel.EMAIL, CharField()))
    resting = Contact.Channel.EMAIL in Rest.objects.channels(series, None)
    rests = [When(via=Contact.Channel.EMAIL, then=Value(Reason.RESTING))] if resting else []
    began = midnight(series.time_zone)
    caps = [
        When(cap.used_up(began), then=Value(Reason.CAPPED))
        for cap in Cap.objects.of(series.realm)
        if cap.channel == Contact.Channel.EMAIL
    ]
    why = Case(*blocked(), *rests, *caps, default=Value(""), output_field=CharField())
    return people.annotate(held_because=why)


def standing(series: Series) -> Standing:
    """The numbers for the page, in a fixed number of queries."""
    rows = judged(series).order_by().values_list("held_because").annotate(n=Count("pk"))
    numbers = dict(rows)
    asked = Delivery.objects.filter(key__startswith=key(series))
    agreed = Subscription.objects.confirmed().filter(member__series=series, source=SOURCE)
    reached = numbers.pop("", 0)
    return Standing(asked.count(), agreed.values("member").distinct().count(), reached, numbers)


def ask(series: Series) -> int:
    """Write to everybody who may be asked now; returns to how many. Twice is harmless."""
    with transaction.atomic(), one_planner_of_news():
        people = judged(series).filter(held_because="").order_by("pk")
        found = iter(list(people.only("pk", "email", "name", "language", "time_zone")))
        return sum(_write(series, chunk) for chunk in iter(lambda: list(islice(found, CHUNK)), []))


def _write(series: Series, people: list[Contact]) -> int:
    wishes = Wish.objects.bulk_create([_wish(series, contact) for contact in people])
    return Delivery.objects.post_many(_drafts(series, zip(people, wishes, strict=True)))


def _wish(series: Series, contact: Contact) -> Wish:
    wish = Wish(
        series=series, email=contact.email, name=contact.name, language=contact.language,
        source=SOURCE, text_version=TEXT_VERSION,
    )  # fmt: skip
    wish.token_hash = hash_of(follow_token_from(wish.seed))
    return wish


def _drafts(series: Series, asked: Any) -> Iterator[Draft]:
    sender, now = notices.sender(series), timezone.now()
    for contact, wish in asked:
        zone = contact.time_zone if contact.time_zone in zones() else series.time_zone
        yield Draft(
            contact=contact,
            template=LETTER,
            context=sender | {"name": contact.name, "wish": wish.link},
            key=f"{key(series)}{contact.pk}",
            message_class=MessageClass.PROMOTIONAL,
            realm=series.realm,
            language=contact.language or series.language,
            not_before=morning_of(now, zone),
            not_after=wish.given_at + LIFE,
        )
