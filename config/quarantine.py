"""After a backup was put back: nothing leaves that may have left since it was made (T22)."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_noop

from config.tick import tick
from outbox.models import Delivery
from outbox.models.delivery import DeliveryQuerySet
from outbox.states import State
from outbox.sweeping import free_abandoned

# Stands on the page of each of them; what organizers paused themselves has no such words.
WHY = gettext_noop("Held after a backup was put back: it may have been sent before.")


@dataclass(frozen=True)
class Quarantine:
    """How many messages wait for a decision, and of how many nobody knows whether they arrived."""

    held: int
    unknown: int


@transaction.atomic
def quarantine() -> Quarantine:
    """Plan everything that became due since the backup, and hold all of it before a sender sees it.

    For the time between restoring and starting the workers. What is due later leaves as usual.
    """
    free_abandoned()
    tick()
    waiting = Delivery.objects.filter(waits_as=State.QUEUED)
    held = waiting.update(state=State.HELD, error=WHY)
    # Those would be sent once more by themselves; from here on only evidence settles them.
    unknown = Delivery.objects.filter(waits_as=State.UNKNOWN)
    unknown.filter(resends=0).update(resends=1)
    return Quarantine(held, unknown.count())


def quarantined() -> DeliveryQuerySet:
    """What is held because of a restore and nothing else."""
    return Delivery.objects.filter(waits_as=State.HELD, error=WHY)


def release() -> int:
    """Let all of it go; returns how many. What is too late by now is not sent."""
    return quarantined().release()


def withdraw() -> int:
    """Never send it; returns how many."""
    return quarantined().withdraw()
