"""What somebody asked to hear of, and the click in her mail that makes it consent (need 67, T73).

A wish may have been typed by a stranger: until the click nothing follows from it. It changes no
subscription, makes nobody a member, and one mail is all that the address gets.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self

from django.db import connection, models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups import notices
from meetups.models.event import Refused
from meetups.models.following import Member, Subscription
from meetups.models.series import Line, Series
from meetups.tokens import follow_token_for, follow_token_from
from outbox.models import Delivery
from outbox.states import MessageClass
from people.models import Contact, validate_name
from people.tokens import hash_of, new_seed

LIFE = timedelta(days=7)
# Nobody needs proof of a consent that was not given; a day late one may still read that it ended.
KEPT = LIFE + timedelta(days=1)
# Mails that strangers can make us send to one address, by whatever form (T35).
MOST_MAILS, PER = 3, timedelta(hours=1)


class WishQuerySet(models.QuerySet["Wish"]):
    def note(
        self,
        series: Series,
        email: str,
        *,
        lines: Iterable[Line] = (),
        **evidence: Any,
    ) -> "Wish":
        """Write down what was asked for, with its evidence; no lines mean the whole series."""
        wish = self.model(series=series, email=email, **evidence)
        wish.token_hash = hash_of(follow_token_from(wish.seed))
        wish.save()
        if lines:
            wish.lines.set(lines)
        return wish

    def ask(self, series: Series, email: str, **wish: Any) -> None:
        """Ask by mail whether she wants it; nothing where the address had its mails this hour."""
        with transaction.atomic():
            _one_at_a_time(email)
            if self.mails_of_late(email) < MOST_MAILS:
                self.note(series, email, **wish)._write()

    def mails_of_late(self, email: str) -> int:
        """How many mails anybody's forms have sent to the address within the hour."""
        since = timezone.now() - PER
        mine = self.alias(key=Lower("email")).filter(key=email.lower(), given_at__gt=since)
        asked = Delivery.objects.filter(key__in=[wish.key for wish in mine])
        told = Delivery.objects.filter(
            contact__in=Contact.objects.at(email),
            message_class=MessageClass.TRANSACTIONAL,
            created_at__gt=since,
        )
        return asked.count() + told.count()

    def for_token(self, token: str) -> Self:
        """The one wish that this secret link opens."""
        return self.filter(token_hash=hash_of(token)).select_related("series")

    def forget(self) -> int:
        """Delete what nobody confirmed."""
        old = self.filter(confirmed_at=None, given_at__lt=timezone.now() - KEPT)
        return old.delete()[1].get(self.model._meta.label, 0)


class Wish(models.Model):
    """One filled-in form; kept as evidence once it was confirmed."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="wishes")
    lines = models.ManyToManyField(Line, related_name="+", blank=True)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200, blank=True, validators=[validate_name])
    language = models.CharField(_("language"), max_length=10, blank=True)
    pace = models.CharField(
        _("how much"),
        max_length=6,
        choices=Subscription.Pace,
        default=Subscription.Pace.EVERYTHING,
    )
    source = models.CharField(_("where it was given"), max_length=100)
    text_version = models.CharField(_("version of the text"), max_length=40)
    network = models.CharField(_("network"), max_length=50, blank=True)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    seed = models.CharField(max_length=32, default=new_seed, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    objects = WishQuerySet.as_manager()

    class Meta:
        verbose_name = _("wish to follow")
        verbose_name_plural = _("wishes to follow")
        indexes = [models.Index(Lower("email"), "given_at", name="wish_by_address")]

    def __str__(self) -> str:
        return f"{self.email}: {self.series}"

    @property
    def key(self) -> str:
        """Of the one message that asks her."""
        return f"follow:{self.pk}"

    @property
    def token(self) -> str:
        return follow_token_for(self.seed, self.token_hash)

    @property
    def link(self) -> dict[str, str]:
        """What a message needs to make the secret link when it is rendered."""
        return {"seed": self.seed, "hash": self.token_hash}

    @property
    def is_late(self) -> bool:
        return self.confirmed_at is None and timezone.now() > self.given_at + LIFE

    @property
    def is_over(self) -> bool:
        """Confirmed, and taken back since."""
        return self.confirmed_at is not None and not self.subscriptions.exists()

    @property
    def subscriptions(self) -> "models.QuerySet[Subscription]":
        """What this address follows of the series today."""
        return Subscription.objects.confirmed().filter(
            member__series=self.series_id, member__contact__in=Contact.objects.at(self.email)
        )

    # Verbs

    def confirm(self) -> None:
        """The click in the mail: this is consent. A second click changes nothing.

        Raises Refused where the link has ended.
        """
        with transaction.atomic():
            fresh = Wish.objects.select_for_update(of=("self",)).get(pk=self.pk)
            if fresh.is_late:
                raise Refused(str(_("This link has ended.")))
            if fresh.confirmed_at is None:
                fresh.confirmed_at = timezone.now()
                fresh.save(update_fields=["confirmed_at"])
                fresh._become_consent()
        self.refresh_from_db()

    def send_again(self) -> None:
        """A new mail with a new link for one that has ended; nothing for one that has not."""
        if not self.is_late:
            return
        same = ("name", "language", "pace", "source", "text_version", "network")
        Wish.objects.ask(
            self.series,
            self.email,
            lines=list(self.lines.all()),
            **{field: getattr(self, field) for field in same},
        )

    def _become_consent(self) -> None:
        contact = Contact.objects.for_email(self.email, self.name, self.language)
        if self.language and contact.language != self.language:
            contact.language = self.language
            contact.save(update_fields=["language"])
        member, _created = Member.objects.get_or_create(
            series=self.series, contact=contact, defaults={"source": self.source}
        )
        lines: list[Line | None] = [*self.lines.all()]
        for line in lines or [None]:
            Subscription.objects.grant(member, line, self.evidence())
        member.subscriptions.confirmed().update(pace=self.pace, paused_until=None)

    def evidence(self) -> dict[str, Any]:
        """What shows later that she agreed, to which words, when and from where."""
        return {
            "source": self.source,
            "text_version": self.text_version,
            "given_at": self.given_at,
            "network": self.network,
        }

    def _write(self) -> None:
        Delivery.objects.post(
            None,
            "meetups/follow",
            notices.sender(self.series) | {"name": self.name, "wish": self.link},
            key=self.key,
            message_class=MessageClass.TRANSACTIONAL,
            realm=self.series.realm,
            address=self.email,
            language=self.language,
            not_after=self.given_at + LIFE,
        )


def _one_at_a_time(email: str) -> None:
    """Whoever else asks for the same address waits, so that their mails are counted together."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 67))", [email.lower()])
