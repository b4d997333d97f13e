"""A person as a reader of news: what she may ask for by the link that every piece of news carries.

Each verb takes back in the same transaction what she no longer wants and nobody has seen yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from meetups.models import Event, Line, Series, Subscription
from outbox.models import Delivery, Suppression
from outbox.states import OPEN, MessageClass, State
from people.models import Contact
from people.tokens import unsubscriber

# For so long one click takes back a click too many; later it takes a new consent.
UNDO = timedelta(hours=1)
DIGEST = "mailings/digest"
OWN_PAGE = "own page"
TEXT_VERSION = "own-2026-11"


@dataclass(frozen=True)
class Follower:
    """One contact, and the series whose news she got; None is news of the whole house."""

    contact: Contact
    series: Series | None

    @classmethod
    def of(cls, token: str) -> "Follower | None":
        """Whom the link is for; None for a forged one and for somebody who is not here any more."""
        found = unsubscriber(token)
        contact = Contact.objects.filter(pk=found[0]).first() if found else None
        if found is None or contact is None:
            return None
        number = found[1].removeprefix("series:")
        series = Series.objects.filter(pk=number).first() if number.isdecimal() else None
        return cls(contact, series)

    # What she has

    @property
    def everywhere(self) -> Any:
        return Subscription.objects.filter(member__contact=self.contact)

    @property
    def subscriptions(self) -> Any:
        mine = self.everywhere
        return mine.filter(member__series=self.series) if self.series else mine

    @property
    def masked(self) -> str:
        """Her address as far as somebody may see it to whom the mail was passed on."""
        mailbox, _at, domain = self.contact.email.rpartition("@")
        return f"{mailbox[:1]}•••@{domain[:1]}•••{domain[domain.rfind('.') :]}"

    @property
    def may_undo(self) -> bool:
        last = self._last_goodbye()
        return last is not None and last > timezone.now() - UNDO

    def unsent_news(self) -> Any:
        """What would still leave."""
        return self._news().unsent()

    # Verbs

    @transaction.atomic
    def leave(self) -> None:
        """Nothing from this series any more."""
        self.subscriptions.withdraw()
        _take_back(self._news())
        if not self.everywhere.confirmed().exists():
            _take_back(self._all_news())

    @transaction.atomic
    def leave_for_good(self) -> None:
        """Nothing from anybody here ever, whatever it is about, on any channel."""
        now = timezone.now()
        for address in self._addresses():
            Suppression.objects.add_address(address, Suppression.Reason.BLOCKED)
        self.everywhere.withdraw(now)
        _take_back(self._all_news())

    @transaction.atomic
    def undo(self) -> None:
        """Take the latest goodbye back; nothing happens where it was too long ago."""
        last = self._last_goodbye()
        if last is None or not self.may_undo:
            return
        self.everywhere.filter(withdrawn_at=last).update(withdrawn_at=None)
        for address in self._addresses():
            blocked = Suppression.objects.covering(address)
            blocked.filter(reason=Suppression.Reason.BLOCKED, since__gte=last - UNDO).delete()

    @transaction.atomic
    def only_digest(self) -> None:
        """One mail a month with everything in it."""
        self.subscriptions.confirmed().update(pace=Subscription.Pace.DIGEST, paused_until=None)
        _take_back(self._news().exclude(template__startswith=DIGEST))

    def everything(self) -> None:
        """Invitations and the digest, from now on."""
        self.subscriptions.confirmed().update(pace=Subscription.Pace.EVERYTHING, paused_until=None)

    @transaction.atomic
    def pause(self) -> None:
        """Nothing for three months."""
        self.subscriptions.pause()
        _take_back(self._news())

    @transaction.atomic
    def only(self, lines: Iterable[Line]) -> None:
        """News of these lines; that of others, and of the whole series, no longer."""
        wanted = {line.pk: line for line in lines}
        for mine in self.subscriptions.confirmed().select_related("member"):
            for line in wanted.values():
                self._grant(mine, line, mine.channel)
        self.subscriptions.exclude(line__in=wanted).withdraw()
        to_come = Event.objects.filter(series=self.series, ends_at__gt=timezone.now())
        unwanted = to_come.exclude(line=None).exclude(line__in=wanted)
        _take_back(self._news().filter(about__in=[event.about for event in unwanted]))

    @transaction.atomic
    def reach_by(self, channel: str, phone: str = "") -> None:
        """Write or call there from now on; by e-mail as long as that is not possible."""
        self.contact.channel, self.contact.phone = channel, phone or self.contact.phone
        self.contact.save(update_fields=["channel", "phone"])
        for mine in self.subscriptions.confirmed().select_related("member", "line"):
            self._grant(mine, mine.line, channel)

    def speak(self, language: str, time_zone: str = "") -> None:
        """The language and, where given, the time zone of all messages to her."""
        self.contact.language = language
        self.contact.time_zone = time_zone or self.contact.time_zone
        self.contact.save(update_fields=["language", "time_zone"])

    def _grant(self, mine: Subscription, line: Line | None, channel: str) -> None:
        """The same consent for another line or channel; one that stands is left alone."""
        same = self.everywhere.confirmed().filter(member=mine.member, line=line, channel=channel)
        if same.exists():
            return
        evidence = {"source": OWN_PAGE, "text_version": TEXT_VERSION, "pace": mine.pace}
        now = timezone.now()
        Subscription.objects.grant(mine.member, line, evidence | {"given_at": now}, channel)

    def _addresses(self) -> list[str]:
        contact = self.contact
        return [one for one in (contact.email, contact.phone, contact.messenger) if one]

    def _last_goodbye(self) -> datetime | None:
        return self.subscriptions.aggregate(last=Max("withdrawn_at"))["last"]

    def _all_news(self) -> Any:
        return Delivery.objects.filter(contact=self.contact, message_class=MessageClass.PROMOTIONAL)

    def _news(self) -> Any:
        news = self._all_news()
        return news.filter(realm=self.series.realm) if self.series else news


def _take_back(news: Any) -> None:
    """Withdraw what nobody has seen. What is being handed over this moment cannot be called back,
    but is not tried a second time: its last moment has passed (I7)."""
    under_way = OPEN | {State.HANDOVER, State.UNKNOWN}
    by_now = Greatest(Value(timezone.now()), "handed_over_at")
    news.filter(state__in=under_way).update(not_after=by_now)
    news.withdraw()
