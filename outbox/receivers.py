"""The one signal we listen to: what a provider tells through Anymail's webhooks."""

import hashlib
import uuid
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver
from django.utils import timezone

from outbox.models import Delivery, MailEvent

TYPES = {
    EventType.DELIVERED: MailEvent.Type.DELIVERED,
    EventType.DEFERRED: MailEvent.Type.DEFERRED,
    EventType.BOUNCED: MailEvent.Type.BOUNCED,
    EventType.REJECTED: MailEvent.Type.BOUNCED,
    EventType.FAILED: MailEvent.Type.BOUNCED,
    EventType.COMPLAINED: MailEvent.Type.COMPLAINED,
}
# Says something about the address; the others say something about this message or this day.
HARD = {RejectReason.BOUNCED, RejectReason.INVALID, RejectReason.SPAM}


@receiver(tracking, dispatch_uid="outbox")
def learn(event: AnymailTrackingEvent, esp_name: str, **_rest: Any) -> None:
    """Keep the event and let the message follow."""
    if event.event_type not in TYPES:
        return
    MailEvent.objects.take(
        _delivery(event),
        provider=esp_name.lower()[:30],
        provider_event_id=(event.event_id or _fingerprint(event))[:200],
        type=TYPES[event.event_type],
        message_id=(event.message_id or "")[:300],
        at=event.timestamp or timezone.now(),
        hard=event.event_type == EventType.COMPLAINED or event.reject_reason in HARD,
    )


def _delivery(event: AnymailTrackingEvent) -> Delivery | None:
    """By the id we gave along, else by the provider's own."""
    ours = str((event.metadata or {}).get("outbox_id", ""))
    try:
        found = Delivery.objects.filter(pk=uuid.UUID(ours)).first()
    except ValueError:
        found = None
    if found is None and event.message_id:
        found = Delivery.objects.filter(provider_id=event.message_id).first()
    return found


def _fingerprint(event: AnymailTrackingEvent) -> str:
    """For providers that do not number their events."""
    facts = (event.event_type, event.message_id, event.recipient, event.timestamp)
    return hashlib.sha256(repr(facts).encode()).hexdigest()
