"""What this app holds of a person: every message to her, and what came back."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from outbox.models import Attempt, Delivery, MailEvent, Suppression
from outbox.models.suppression import address_hashes
from outbox.states import OPEN, State
from people.holdings import ERASED, Person, erasers, holds
from people.models import Contact

Reason = Suppression.Reason


def messages_to(contact: Contact) -> Any:
    """All messages to her, also those to her address from before we knew whose it is."""
    ways = filter(None, (contact.email, contact.phone, contact.messenger))
    at = reduce(or_, (Q(address__iexact=way) for way in ways))
    return Delivery.objects.filter(Q(contact=contact) | at)


def _blocks(contact: Contact) -> Any:
    ways = filter(None, (contact.email, contact.phone, contact.messenger))
    hashes = [one for way in ways for one in address_hashes(way)]
    return Suppression.objects.filter(address_hash__in=hashes)


# What was said is blanked after thirty days; subject, template, times and state tell the rest.
holds(
    Delivery,
    messages_to,
    hidden={"contact", "realm", "about", "batch", "priority", "resends", "provider_id"},
)
holds(
    Attempt,
    lambda contact: Attempt.objects.filter(delivery__in=messages_to(contact)).order_by("pk"),
)
holds(MailEvent, lambda contact: MailEvent.objects.filter(delivery__in=messages_to(contact)))
holds(Suppression, _blocks, hidden={"address_hash"})


def _erase(person: Person) -> None:
    """What is unsent never leaves; of what was sent stays that it was, and when."""
    if person.is_her_wish:
        for address in person.addresses:
            Suppression.objects.add_address(address, Reason.ERASED)
            Suppression.objects.covering(address).update(reason=Reason.ERASED)
    # Nothing is even tried at the address that stands for hers from now on.
    Suppression.objects.add_address(person.refuge, Reason.ERASED)
    hers = Delivery.objects.filter(pk__in=messages_to(person.contact).values("pk"))
    numbers = list(hers.values_list("pk", flat=True))
    mine = Delivery.objects.filter(pk__in=numbers)
    mine.filter(state__in=OPEN | {State.HANDOVER, State.UNKNOWN}).update(not_after=timezone.now())
    mine.withdraw()
    _blank(mine, person.refuge)


def _blank(messages: Any, address: str | F) -> None:
    Attempt.objects.filter(delivery__in=messages.values("pk")).update(text="")
    messages.update(address=address, subject="", context={}, error="", provider_id="")


def blank_late_words() -> int:
    """What was being sent or planned while somebody was erased: its words go as soon as seen."""
    erased = Delivery.objects.filter(contact__in=Contact.objects.filter(email__endswith=ERASED))
    late = erased.exclude(address__endswith=ERASED) | erased.exclude(error="")
    late |= erased.filter(tries__in=Attempt.objects.exclude(text=""))
    numbers = list(late.values_list("pk", flat=True).distinct())
    for message in Delivery.objects.filter(pk__in=numbers).select_related("contact"):
        contact: Any = message.contact
        _blank(Delivery.objects.filter(pk=message.pk), contact.email)
    return len(numbers)


erasers.append(_erase)
