"""Who did not get a message, and why: so that an organizer can be told a number and its people."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import Batch, Heartbeat
from people.models import Contact

KEPT_FOR = timedelta(days=365)
FORGETTING, FORGET_EVERY = "people held back", timedelta(hours=1)


class HeldBackQuerySet(models.QuerySet["HeldBack"]):
    def forget(self) -> int:
        """Once an hour: delete what is older than a year; the numbers stay with the batch."""
        if (age := Heartbeat.objects.age(FORGETTING)) is not None and age < FORGET_EVERY:
            return 0
        Heartbeat.objects.beat(FORGETTING)
        old = Batch.objects.filter(created_at__lt=timezone.now() - KEPT_FOR, held__gt=0)
        return self.filter(batch__in=old).delete()[0]


class HeldBack(models.Model):
    """Somebody of an audience to whom a batch was not sent."""

    class Reason(models.TextChoices):
        REGISTERED = "registered", _("has or had a seat")
        NO_ADDRESS = "no address", _("no address for this channel")
        BOUNCED = "bounced", _("the address bounced")
        SUPPRESSED = "suppressed", _("asked never to be written to")
        NO_CONSENT = "no consent", _("no consent")
        LESS = "less", _("wants only the digest, or a pause")
        RESTING = "resting", _("the channel rests for this line")
        CAPPED = "capped", _("held back by cap")
        NOTHING_NEW = "nothing new", _("nothing new for this person")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="held_back")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="held_back")
    reason = models.CharField(_("reason"), max_length=11, choices=Reason)
    channel = models.CharField(_("channel"), max_length=20, choices=Contact.Channel, blank=True)

    objects = HeldBackQuerySet.as_manager()

    class Meta:
        verbose_name = _("person not written to")
        verbose_name_plural = _("people not written to")
        constraints = [
            models.UniqueConstraint(fields=["batch", "contact"], name="held_back_once_per_batch")
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_reason_display()}"
