from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models.delivery import Delivery
from outbox.models.suppression import Suppression
from outbox.states import State


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

        A hard bounce or a complaint blocks the address, at once and for every later message.
        """
        event, is_new = self.get_or_create(
            provider=provider,
            provider_event_id=provider_event_id,
            defaults={"type": type, "message_id": message_id, "at": at, "delivery": delivery},
        )
        if is_new and delivery is not None:
            Delivery.objects.filter(pk=delivery.pk).learn(EVIDENCE[event.type])
            if hard and event.type in BLOCKING:
                Suppression.objects.add_address(delivery.address, BLOCKING[event.type])
        return is_new


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
    received_at = models.DateTimeField(_("told"), default=timezone.now)

    objects = MailEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        ordering = ["received_at"]
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
