"""Who belongs to a series, and what she wants to hear of it."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models.series import Line, Series
from people.models import Contact


class Member(models.Model):
    """A contact that a series knows: from where, since when, with the organizers' notes."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="members")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="memberships")
    source = models.CharField(_("source"), max_length=100, blank=True)
    tags = models.CharField(_("tags"), max_length=300, blank=True)
    notes = models.TextField(_("notes"), max_length=5000, blank=True)
    first_met = models.DateTimeField(_("first met"), default=timezone.now)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["series", "contact"], name="member_once_per_series")
        ]

    def __str__(self) -> str:
        return str(self.contact)


# What one page's "pause" means.
PAUSE = timedelta(days=91)


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def confirmed(self) -> Self:
        """Consent as it stands today: proved by a click and not taken back."""
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)

    def awake(self) -> Self:
        """Without those who asked for a pause."""
        now = timezone.now()
        return self.confirmed().filter(Q(paused_until=None) | Q(paused_until__lte=now))

    def to_invitations(self) -> Self:
        """Those who want to hear of each evening, not only once a month."""
        return self.awake().filter(pace=Subscription.Pace.EVERYTHING)

    def grant(
        self,
        member: Member,
        line: Line | None,
        evidence: dict[str, Any],
        channel: str = Contact.Channel.EMAIL,
    ) -> None:
        """She has agreed, by a click that only she can make; the latest consent is what counts."""
        now = timezone.now()
        agreed = evidence | {"confirmed_at": now, "withdrawn_at": None, "paused_until": None}
        self.update_or_create(member=member, line=line, channel=channel, defaults=agreed)

    def withdraw(self, at: datetime | None = None) -> int:
        """Take consent back, also where it waits for its click; what is unsent is the caller's."""
        return self.filter(withdrawn_at=None).update(withdrawn_at=at or timezone.now())

    def pause(self) -> int:
        """Nothing for three months, then as before."""
        return self.confirmed().update(paused_until=timezone.now() + PAUSE)


class Subscription(models.Model):
    """Somebody's wish to hear of a series or one of its lines, with the evidence (needs 67, 79)."""

    class Pace(models.TextChoices):
        EVERYTHING = "all", _("invitations and the monthly digest")
        DIGEST = "digest", _("only the monthly digest")

    member = models.ForeignKey(Member, models.CASCADE, related_name="subscriptions")
    line = models.ForeignKey(
        Line, models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    channel = models.CharField(
        _("channel"), max_length=10, choices=Contact.Channel, default=Contact.Channel.EMAIL
    )
    pace = models.CharField(_("how much"), max_length=6, choices=Pace, default=Pace.EVERYTHING)
    source = models.CharField(_("where it was given"), max_length=100)
    text_version = models.CharField(_("version of the text"), max_length=40, blank=True)
    given_at = models.DateTimeField(_("given"), default=timezone.now)
    # Promotional mail needs the click in a mail (double opt-in) before the first of it leaves.
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    # The network it came from, without the machine: evidence, not a trace.
    network = models.CharField(_("network"), max_length=50, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "line", "channel"],
                nulls_distinct=False,
                name="subscription_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.line or self.member.series}"
