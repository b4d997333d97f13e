"""Guests read their mail: what the outbox sent, as it left."""

from outbox.engine import Sender
from outbox.models import Delivery


def letters_to(address):
    """What lies in this mailbox once the workers have been round, the oldest first."""
    Sender().run(seconds=20)
    sent = Delivery.objects.filter(address=address, state="sent").order_by("created_at", "pk")
    return [delivery.render() for delivery in sent]


def mail_to(address):
    """The last letter in this mailbox."""
    return letters_to(address)[-1]


def address_in(letter, words):
    """The first address with these words in the text part."""
    found = [word.strip("<>().,") for word in letter.text.split()]
    return next(word for word in found if words in word)


def holders_page(letter):
    """The address of the holder's page out of the text part."""
    return address_in(letter, "/registrations/")
