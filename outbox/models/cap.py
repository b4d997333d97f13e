"""How much news one person may get, whoever sends it (needs 78, 84): one ledger, the deliveries."""

from datetime import datetime, timedelta
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from outbox.models.delivery import Delivery
from outbox.states import COUNTED, MessageClass
from people.models import Contact

# Text at most once a week, voice at most once a month (need 78).
USUAL = {
    Contact.Channel.EMAIL: 7,
    Contact.Channel.MESSENGER: 7,
    Contact.Channel.SMS: 7,
    Contact.Channel.VOICE: 30,
}


class CapQuerySet(models.QuerySet["Cap"]):
    def of(self, realm: str) -> list["Cap"]:
        """The cap of each channel: the realm's own numbers, else the house's, else the usual."""
        usual: list[Any] = [
            Cap(channel=channel, most=1, days=days) for channel, days in USUAL.items()
        ]
        # The realm's own come last and so win.
        written = self.filter(realm__in=["", realm]).order_by("realm")
        caps: dict[str, Cap] = {cap.channel: cap for cap in [*usual, *written]}
        return list(caps.values())


class Cap(models.Model):
    """At most so many promotional messages on one channel to one person within so many days.

    They count across all series, waves and digests; other classes are recorded and exempt.
    """

    # Whose number it is; "" is the house's, for everybody who has no own.
    realm = models.CharField(max_length=100, blank=True, editable=False)
    channel = models.CharField(_("channel"), max_length=20, choices=Contact.Channel)
    most = models.PositiveSmallIntegerField(_("at most"), default=1)
    days = models.PositiveSmallIntegerField(
        _("within days"), default=7, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )

    objects = CapQuerySet.as_manager()

    class Meta:
        verbose_name = _("limit of news per person")
        verbose_name_plural = _("limits of news per person")
        ordering = ["realm", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["realm", "channel"], name="cap_once_per_channel"),
            models.CheckConstraint(condition=Q(days__gte=1), name="cap_days_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.most} / {self.days}"

    def used_up(self, midnight: datetime) -> Q:
        """Whether a Contact has had that many; days are calendar days, `midnight` began today.

        So a Thursday's invitation does not stop the one of the Thursday after.
        """
        since = midnight - timedelta(days=self.days - 1)
        when = Q(sent_at__gte=since) | Q(sent_at=None, not_before__gte=since)
        told: Any = Delivery.objects.filter(
            when,
            contact=OuterRef("pk"),
            channel=self.channel,
            message_class=MessageClass.PROMOTIONAL,
            state__in=COUNTED,
        )
        number = told.order_by().values("contact").annotate(n=Count("pk")).values("n")
        return Q(GreaterThanOrEqual(Coalesce(Subquery(number), 0), self.most))
