from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models.delivery import Delivery
from outbox.models.suppression import Suppression
from outbox.states import State
from people.models import Contact

# A full mailbox may be emptied; three messages in a month say that nobody looks into it.
MOST_SOFT_BOUNCES = 3
SOFT_BOUNCES_COUNT_FOR = timedelta(days=30)


class MailEventQuerySet(models.QuerySet["MailEvent"]):
    @transaction.atomic
    def take(
        self,
        delivery: Delivery | None,
        *,
        provider: str,
        provider_event_id: str,
        type: str,
        message_id: str,
        at: datetime,
        hard: bool = True,
    ) -> bool:
        """Keep what a provider says and let the message follow; False if it was said before.

        A hard bounce, the third soft one in thirty days or a complaint blocks the address, at
        once and for every later message.
        """
        event, is_new = self.get_or_create(
            provider=provider,
            provider_event_id=provider_event_id,
            defaults={
                "type": type,
                "message_id": message_id,
                "at": at,
                "delivery": delivery,
                "is_hard": hard,
            },
        )
        if is_new and delivery is not None:
            Delivery.objects.filter(pk=delivery.pk).learn(EVIDENCE[event.type])
            if event.type in BLOCKING and (hard or self.bounced_softly(delivery.address)):
                Suppression.objects.add_address(delivery.address, BLOCKING[event.type])
        return is_new

    def bounced_softly(self, address: str) -> bool:
        """Whether so many messages to the address came back lately that it is as good as gone."""
        lately = self.filter(is_hard=False, at__gte=timezone.now() - SOFT_BOUNCES_COUNT_FOR)
        came_back = lately.filter(type=MailEvent.Type.BOUNCED, delivery__address=address)
        return came_back.values("delivery").distinct().count() >= MOST_SOFT_BOUNCES

    def last_bounce(self, contact: Contact, address: str) -> datetime | None:
        """When a message to this address of hers came back last."""
        sent = {"delivery__contact": contact, "delivery__address__iexact": address}
        bounced = self.filter(type=MailEvent.Type.BOUNCED, **sent)
        return bounced.aggregate(at=models.Max("at"))["at"]


class MailEvent(models.Model):
    """Something a provider or a mail server says about a message after taking it."""

    class Type(models.TextChoices):
        DELIVERED = "delivered", _("arrived")
        DEFERRED = "deferred", _("delayed")
        BOUNCED = "bounced", _("came back")
        COMPLAINED = "complained", _("reported as spam")

    provider = models.CharField(max_length=30)
    provider_event_id = models.CharField(max_length=200)
    delivery = models.ForeignKey(
        Delivery, models.CASCADE, null=True, blank=True, related_name="events"
    )
    message_id = models.CharField("Message-ID", max_length=300)
    type = models.CharField(_("what"), max_length=10, choices=Type)
    at = models.DateTimeField(_("when"))
    # Says that the address itself is no good, not only this message or this day.
    is_hard = models.BooleanField(_("final"), default=True)
    received_at = models.DateTimeField(_("told"), default=timezone.now)

    objects = MailEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        ordering = ["received_at"]
        indexes = [
            models.Index(fields=["at"], name="mail_event_soft", condition=Q(is_hard=False)),
            models.Index(
                fields=["received_at"],
                name="mail_event_complaint",
                condition=Q(type="complained"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "provider_event_id"], name="mail_event_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.message_id}"


# Who delays a message has taken it.
EVIDENCE: dict[str, State] = {
    MailEvent.Type.DELIVERED: State.DELIVERED,
    MailEvent.Type.DEFERRED: State.SENT,
    MailEvent.Type.BOUNCED: State.BOUNCED,
    MailEvent.Type.COMPLAINED: State.COMPLAINED,
}
BLOCKING: dict[str, str] = {
    MailEvent.Type.BOUNCED: Suppression.Reason.BOUNCE,
    MailEvent.Type.COMPLAINED: Suppression.Reason.COMPLAINT,
}
