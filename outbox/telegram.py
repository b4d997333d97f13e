"""Messages by a Telegram bot (core.telegram.org/bots/api), and the link by which one asks for them.

A bot may write only to who has pressed its Start button; her chat's number is the address.
"""

from typing import Any

from django.conf import settings
from django.utils import timezone

from outbox.gateway import Answer, Line, Note, seconds
from outbox.letters import Letter
from outbox.models import Delivery, Suppression
from outbox.short import short_text
from outbox.transport import NotTaken, Receipt, Refused, TryLater, Unclear
from people.models import Contact
from people.tokens import signed, token_from, unsigned

LONGEST = 4096  # signs of one message
OUR_TOKEN_REFUSED = {401, 404}
# Nothing reaches this chat any more, whatever we write.
CHAT_IS_GONE = ("chat not found", "user not found", "peer_id_invalid", "deactivated", "initiate")
BLOCKED_BY_HER = "blocked by the user"
PURPOSE, MAC = "messenger", 22
LINK_DAYS = 7


class TelegramTransport:
    """Hands messages to the Bot API with TELEGRAM_BOT_TOKEN."""

    def __init__(self) -> None:
        self._line = Line()

    def pack(self, delivery: Delivery, letter: Letter) -> Note:
        """Raises ValueError for an address that is no chat."""
        if not delivery.address.isdecimal():
            raise ValueError(f"{delivery.address!r} is no chat of Telegram.")
        return Note(letter.subject, delivery.address, short_text(delivery, letter)[:LONGEST])

    def offer(self, parcel: Note) -> None:
        pass

    def take_back(self) -> None:
        pass

    def hand_over(self, parcel: Note) -> Receipt:
        answer = self._line.post(
            method_url("sendMessage"),
            json={
                "chat_id": int(parcel.address),
                "text": parcel.text,
                "link_preview_options": {"is_disabled": True},
            },
        )
        if answer.code == 200 and answer.said.get("ok") is True:
            return Receipt(code=200, provider_id=_name_of(answer.said.get("result"), parcel))
        if reason := _why_gone(answer):
            Suppression.objects.add_address(parcel.address, reason)
        raise judged(answer)

    def close(self) -> None:
        self._line.close()


def method_url(name: str) -> str:
    return f"{settings.TELEGRAM_API_URL}/bot{settings.TELEGRAM_BOT_TOKEN}/{name}"


def judged(answer: Answer) -> NotTaken:
    """What a refusal means for the message."""
    code, words = answer.code, answer.words("description")
    if code == 429:
        asked = answer.said.get("parameters")
        after = seconds(asked.get("retry_after")) if isinstance(asked, dict) else 0
        return TryLater("post", words, code, line=True, after=after)
    if code in OUR_TOKEN_REFUSED:
        return TryLater("post", words, code)
    if 400 <= code < 500:
        return Refused("post", words, code)
    return Unclear("post", words, code)


def _why_gone(answer: Answer) -> str:
    """The reason to block the chat; "" where the refusal is about this message only."""
    words = answer.words("description").lower()
    if answer.code == 403 and BLOCKED_BY_HER in words:
        return Suppression.Reason.BLOCKED
    is_gone = answer.code in {400, 403} and any(mark in words for mark in CHAT_IS_GONE)
    return Suppression.Reason.BOUNCE if is_gone else ""


def _name_of(result: Any, parcel: Note) -> str:
    number = result.get("message_id", "") if isinstance(result, dict) else ""
    return f"{parcel.address}:{number}"


def hook_secrets() -> list[str]:
    """What Telegram shows at our door; the first is today's, the others of earlier keys."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [token_from("telegram hook", settings.TELEGRAM_BOT_TOKEN, key) for key in keys]


def connect() -> str:
    """Tell Telegram where our door is (setWebhook); its words, or raises NotTaken."""
    answer = Line().post(
        method_url("setWebhook"),
        json={
            "url": f"{settings.PUBLIC_URL}/hooks/telegram/",
            "secret_token": hook_secrets()[0],
            "allowed_updates": ["message"],
        },
    )
    if answer.code != 200 or answer.said.get("ok") is not True:
        raise judged(answer)
    return answer.words("description")


def is_set_up() -> bool:
    return bool(settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_BOT_NAME)


def link_for(contact: Contact) -> str:
    """Where she asks for messages by Telegram, good for a week; "" where no bot is set up."""
    if not is_set_up():
        return ""
    # Telegram takes 64 signs of A-Z a-z 0-9 _ - only: the dot goes, the MAC has a fixed length.
    token = signed(PURPOSE, f"{contact.pk}:{_today()}").replace(".", "")
    return f"https://t.me/{settings.TELEGRAM_BOT_NAME}?start={token}"


def who_asked(token: str) -> Contact | None:
    """Whose link it was; None for one that is not ours or too old."""
    fact = unsigned(PURPOSE, f"{token[:-MAC]}.{token[-MAC:]}")
    if not fact:
        return None
    number, _colon, day = fact.partition(":")
    if _today() - int(day) > LINK_DAYS:
        return None
    return Contact.objects.filter(pk=int(number)).first()


def _today() -> int:
    return timezone.now().date().toordinal()
