import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import get_language

from outbox.models import Delivery
from outbox.models.delivery import HOUSE
from outbox.states import MessageClass

GOOD_FOR = timedelta(minutes=15)
FIRST = 0


class OutboxBackend(BaseEmailBackend):
    """Django's and allauth's own mails (login codes) become deliveries like all others."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Owe each recipient each message, first in line and for a quarter of an hour."""
        for message in email_messages:
            for address in message.recipients():
                Delivery.objects.post(
                    None,
                    "plain",
                    {"subject": str(message.subject), "text": str(message.body)},
                    key=f"{HOUSE}{uuid.uuid4()}",
                    message_class=MessageClass.TRANSACTIONAL,
                    address=address,
                    language=get_language() or "",
                    not_after=timezone.now() + GOOD_FOR,
                    priority=FIRST,
                )
        return len(email_messages)
