"""Text messages by Twilio's web interface (twilio.com/docs/messaging/api/message-resource)."""

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings

from outbox.gateway import Answer, Line, Note, seconds
from outbox.letters import Letter
from outbox.models import Delivery, Suppression
from outbox.short import as_sms
from outbox.transport import NotTaken, Receipt, Refused, TryLater, Unclear
from people.phones import normalized_phone

OUR_KEY_REFUSED = {401, 403}
# Account, sender or region are not in order: the same for every message, and ours to mend.
OUR_FAULT = {20003, 20005, 21212, 21408, 21603, 21606, 21659, 21660, 21703, 30002}
# No message ever reaches this number: invalid, no mobile phone, unknown, a landline.
NUMBER_IS_GONE = {21211, 21214, 21217, 21614, 30005, 30006}
SHE_ANSWERED_STOP = 21610


@dataclass(frozen=True)
class SmsNote(Note):
    """A text message, and where the gateway tells what became of it."""

    callback: str

    def form(self) -> dict[str, str]:
        sender = "MessagingServiceSid" if settings.SMS_FROM.startswith("MG") else "From"
        return {
            "To": self.address,
            sender: settings.SMS_FROM,
            "Body": self.text,
            "StatusCallback": self.callback,
        }


class SmsTransport:
    """Hands messages to the gateway of SMS_URL."""

    def __init__(self) -> None:
        self._line = Line()

    def pack(self, delivery: Delivery, letter: Letter) -> SmsNote:
        """Raises ValidationError for an address that is no phone number."""
        delivery.address = normalized_phone(delivery.address)
        # Our own id in it: should the gateway's answer be lost, its events still find the message.
        callback = f"{settings.PUBLIC_URL}/hooks/sms/{settings.SMS_PROVIDER}/?id={delivery.pk}"
        text = as_sms(delivery, letter)
        return SmsNote(letter.subject, delivery.address, text, callback)

    def offer(self, parcel: SmsNote) -> None:
        pass

    def take_back(self) -> None:
        pass

    def hand_over(self, parcel: SmsNote) -> Receipt:
        account = quote(settings.SMS_ACCOUNT, safe="")
        answer = self._line.post(
            f"{settings.SMS_API_URL}/2010-04-01/Accounts/{account}/Messages.json",
            auth=(settings.SMS_ACCOUNT, settings.SMS_TOKEN),
            data=parcel.form(),
        )
        if answer.code in {200, 201}:
            return Receipt(code=answer.code, provider_id=str(answer.said.get("sid") or ""))
        if reason := why_gone(answer.said.get("code")):
            Suppression.objects.add_address(parcel.address, reason)
        raise judged(answer)

    def close(self) -> None:
        self._line.close()


def judged(answer: Answer) -> NotTaken:
    """What a refusal means for the message."""
    code, words = answer.code, answer.words("message")
    if code == 429:
        return TryLater("post", words, code, line=True, after=seconds(answer.retry_after))
    if code in OUR_KEY_REFUSED or answer.said.get("code") in OUR_FAULT:
        return TryLater("post", words, code)
    if 400 <= code < 500:
        return Refused("post", words, code)
    return Unclear("post", words, code)


def why_gone(code: object) -> str:
    """The reason to block the number; "" where the code is about this message only."""
    if code == SHE_ANSWERED_STOP:
        return Suppression.Reason.BLOCKED
    return Suppression.Reason.BOUNCE if code in NUMBER_IS_GONE else ""


def signature(url: str, form: Mapping[str, str]) -> str:
    """What Twilio signs its calls with (twilio.com/docs/usage/security): HMAC-SHA1 in base64."""
    said = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.digest(settings.SMS_TOKEN.encode(), said.encode(), hashlib.sha1)
    return b64encode(digest).decode()
