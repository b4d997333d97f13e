"""Which channels are open here: e-mail always, the others where a way out is set up."""

from people.models import Contact


def open_ways() -> frozenset[str]:
    """The channels on which the outbox can send by itself."""
    return frozenset({Contact.Channel.EMAIL.value})
