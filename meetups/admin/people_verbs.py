"""An address that is blocked: since when and why, and how an organizer opens it again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.verbs import VerbForm
from meetups.models import Member, Refused
from outbox.models import MailEvent, Suppression
from people.models import Contact

Reason = Suppression.Reason


@dataclass(frozen=True)
class Block:
    """One of her addresses that is not written to."""

    channel: str
    reason: str
    since: datetime
    bounced_at: datetime | None

    def __str__(self) -> str:
        facts = {"channel": self.channel, "since": on(self.since)}
        if self.reason != Reason.BOUNCE:
            words = gettext("Blocked since %(since)s (%(channel)s): %(why)s.")
            return words % {**facts, "why": Reason(self.reason).label}
        if self.bounced_at is None:
            return gettext("Nothing arrives (%(channel)s): blocked since %(since)s.") % facts
        words = gettext("Came back on %(bounced)s (%(channel)s): blocked since %(since)s.")
        return words % {**facts, "bounced": on(self.bounced_at)}


def on(moment: datetime) -> str:
    return date_format(localtime(moment), "j F Y")


def addresses_of(contact: Contact) -> dict[str, str]:
    """Where she is reached: address -> channel as people call it."""
    by = Contact.ADDRESSES.items()
    found = {getattr(contact, field): str(channel.label) for channel, field in reversed(by)}
    return {address: channel for address, channel in found.items() if address}


def blocks_of(contact: Contact) -> list[Block]:
    """Her addresses that are blocked, with the reasons."""
    found = []
    for address, channel in addresses_of(contact).items():
        for block in Suppression.objects.covering(address):
            bounced = MailEvent.objects.last_bounce(contact, address)
            found.append(Block(channel, block.reason, block.since, bounced))
    return found


class AllowAgainForm(VerbForm):
    """Lifts what bounces have blocked; whoever complained or said no stays blocked."""

    name, button, title = "allow", _("Allow again"), _("Write to this person again?")

    @classmethod
    def fits(cls, subject: Member) -> bool:
        return any(block.reason == Reason.BOUNCE for block in blocks_of(subject.contact))

    def consequence(self) -> str:
        said = [str(block) for block in blocks_of(self.subject.contact)]
        then = gettext(
            "Messages go there again from now on. If they come back once more, it is blocked again."
        )
        return " ".join([*said, then])

    def act(self) -> str:
        contact: Any = self.subject.contact
        lifted = sum(Suppression.objects.lift(address) for address in addresses_of(contact))
        if not lifted:
            raise Refused(gettext("Nothing here was blocked because messages came back."))
        return gettext("Messages go there again.")
