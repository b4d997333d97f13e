"""A provider's web interface by Anymail. One POST is both the offer and the message, so the
hand-over commit stands before it, and whatever is not clearly answered stays unclear."""

import contextlib
from dataclasses import dataclass
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailError
from anymail.message import AnymailStatus
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives, get_connection

from outbox import mime
from outbox.gateway import never_left
from outbox.letters import Letter
from outbox.models import Delivery
from outbox.transport import NoLine, NotTaken, Receipt, Refused, TryLater, Unclear
from people.models import normalized_email

# Named by EmailMultiAlternatives itself.
_OWN_FIELDS = {"From", "To", "Subject", "Date"}
REFUSALS = {"rejected", "invalid", "failed"}
OUR_KEY_REFUSED = {401, 403}
TOO_MANY, OVERLOADED = 429, 503


@dataclass(frozen=True)
class Parcel:
    subject: str
    message: Any  # an EmailMultiAlternatives with Anymail's attributes


class AnymailTransport:
    """Hands messages to the provider of EMAIL_URL."""

    def __init__(self) -> None:
        self._backend: Any = None

    def pack(self, delivery: Delivery, letter: Letter) -> Parcel:
        """Raises ValueError or ValidationError for what cannot stand in a mail."""
        lines = mime.headers(delivery, letter)
        message: Any = EmailMultiAlternatives(
            letter.subject,
            letter.text,
            lines["From"],
            [normalized_email(delivery.address)],
            headers={name: value for name, value in lines.items() if name not in _OWN_FIELDS},
        )
        message.attach_alternative(letter.html, "text/html")
        for attachment in letter.attachments:
            message.attach(attachment.name, attachment.text.encode(), attachment.type)
        message.metadata = {"outbox_id": str(delivery.pk)}
        return Parcel(letter.subject, message)

    def offer(self, parcel: Parcel) -> None:
        if self._backend is None:
            self._backend = get_connection(settings.OUTBOX_ANYMAIL_BACKEND)

    def take_back(self) -> None:
        pass

    def hand_over(self, parcel: Parcel) -> Receipt:
        try:
            self._backend.send_messages([parcel.message])
        except AnymailAPIError as error:
            raise judged(error) from error
        except (AnymailError, ImproperlyConfigured) as error:
            raise Refused("post", str(error)) from error
        return receipt(parcel.message.anymail_status)

    def close(self) -> None:
        if self._backend is not None:
            with contextlib.suppress(OSError):
                self._backend.close()
            self._backend = None


def receipt(status: AnymailStatus) -> Receipt:
    """What the provider said of our one recipient; raises where that is no clear yes."""
    said = status.recipients.values()
    words = ", ".join(sorted(str(one.status) for one in said))
    if said and all(one.status in REFUSALS for one in said):
        raise Refused("post", f"The provider says: {words}.")
    if all(one.status == "unknown" and not one.message_id for one in said):
        raise Unclear("post", "The provider says nothing about the recipient.")
    return Receipt(text=words, provider_id=next((i.message_id for i in said if i.message_id), ""))


def judged(error: AnymailAPIError) -> NotTaken:
    """What a failed POST means for the message."""
    code, words = error.status_code, str(error)
    if code is None:
        is_unsent = never_left(error.__cause__)
        return NoLine("post", words) if is_unsent else Unclear("post", words)
    if code in {TOO_MANY, OVERLOADED}:
        return TryLater("post", words, code, line=True)
    if code in OUR_KEY_REFUSED:
        return TryLater("post", words, code)
    if 400 <= code < 500:
        return Refused("post", words, code)
    return Unclear("post", words, code)
