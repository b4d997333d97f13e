"""What people write to the bot: /start, by the link from their page, and /stop."""

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from outbox.letters import spoken
from outbox.models import Delivery, Suppression
from outbox.models.suppression import prefer_mail
from outbox.states import MessageClass, State
from outbox.telegram import who_asked
from people.models import Contact

Channel = Contact.Channel
LARGEST_CHAT = 2**53  # what Telegram promises to stay below


def heard(update: dict[str, Any]) -> dict[str, Any]:
    """Do what the update asks; the answer that Telegram sends to the chat, or nothing."""
    message = update.get("message")
    chat = _chat_of(message) if isinstance(message, dict) else 0
    text = message.get("text") if chat and isinstance(message, dict) else None
    if not isinstance(text, str):
        return {}
    command, _blank, token = text.strip().partition(" ")
    words = {"/start": lambda: start(chat, token), "/stop": lambda: stop(chat)}.get(command)
    return {"method": "sendMessage", "chat_id": chat, "text": words()} if words else {}


def start(chat: int, token: str) -> str:
    """This chat is hers whose link it is, and where she is written to from now on."""
    contact = who_asked(token.strip())
    if contact is None:
        return _("To get our messages here, open the link for it on the page of your messages.")
    contact.messenger, contact.channel = str(chat), Channel.MESSENGER
    contact.save(update_fields=["messenger", "channel"])
    stopped = [Suppression.Reason.BOUNCE, Suppression.Reason.BLOCKED]
    Suppression.objects.covering(contact.messenger).filter(reason__in=stopped).delete()
    with translation.override(spoken(contact.language)):
        return _("Done: our messages to you come here now. /stop ends it.")


def stop(chat: int) -> str:
    """No more messages to this chat; what is about her own seat still goes out, by mail."""
    with transaction.atomic():
        hers = list(Contact.objects.filter(messenger=str(chat)))
        prefer_mail(str(chat))
        Contact.objects.filter(pk__in=[one.pk for one in hers]).update(messenger="")
        for contact in hers:
            _turn_to_mail(contact)
    with translation.override(spoken(hers[0].language if hers else "")):
        return _("Done: we write nothing more here.")


def _turn_to_mail(contact: Contact) -> None:
    waiting = Delivery.objects.filter(contact=contact, channel=Channel.MESSENGER).unsent()
    waiting.filter(message_class=MessageClass.PROMOTIONAL).withdraw()
    waiting.filter(state__in=[State.QUEUED, State.HELD]).update(
        channel=Channel.EMAIL, address=contact.email
    )


def _chat_of(message: dict[str, Any]) -> int:
    """The number of a chat with one person; 0 for groups and for what is no number."""
    chat = message.get("chat")
    if not isinstance(chat, dict) or chat.get("type") != "private":
        return 0
    number = chat.get("id")
    return number if type(number) is int and 0 < number < LARGEST_CHAT else 0
