"""Which channels are open here: e-mail always, the others where a way out is set up."""

from django.conf import settings

from people.models import Contact

Channel = Contact.Channel


def open_ways() -> frozenset[str]:
    """The channels on which the outbox can send by itself."""
    ways = {Channel.EMAIL.value}
    if settings.TELEGRAM_BOT_TOKEN and settings.TELEGRAM_BOT_NAME:
        ways.add(Channel.MESSENGER.value)
    if settings.SMS_PROVIDER:
        ways.add(Channel.SMS.value)
    return frozenset(ways)


def way_to(contact: Contact) -> tuple[str, str]:
    """(channel, address): her own channel where it is open and she has an address there, else mail.

    Never "voice": nobody but a person makes calls.
    """
    address: str = getattr(contact, Contact.ADDRESSES[Channel(contact.channel)])
    if contact.channel in open_ways() and address:
        return contact.channel, address
    return Channel.EMAIL.value, contact.email
