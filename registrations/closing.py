"""The list of the door is closed: whoever was expected and is not on it did not come (O5).

Only where a list was really kept: a door that nobody kept says nothing about anybody.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _g

from meetups.models import Event, Refused
from registrations.models import Registration

# Phones that had no network send what they kept within two hours after the end.
CLOSES_AFTER = timedelta(hours=3)
# Later nobody closes a list but an organizer: she may be marking her people from memory just now.
CLOSES_WITHIN = timedelta(hours=27)
# Fewer checked in than that of those with a seat: somebody began a list and did not go on.
LEAST_SHARE = 0.2

KNOWS = Registration.Knows


def close_due_lists() -> int:
    """Close the lists of evenings that ended some hours ago; returns how many were closed."""
    now = timezone.now()
    came = Registration.objects.arrived().filter(event=OuterRef("pk"))
    over = Event.objects.published().filter(
        ends_at__gt=now - CLOSES_WITHIN, ends_at__lte=now - CLOSES_AFTER
    )
    due = over.filter(Exists(came), list_closed_at=None, list_is_partial=False)
    return sum(_close_if_kept(event) for event in due)


def close_list(event: Event) -> int:
    """ "The list is complete": whoever is not on it did not come; returns how many those are.

    Raises Refused before the end, and where nobody is on it: that is no list.
    """
    if event.is_cancelled or not event.is_over:
        raise Refused(_g("The evening is not over: people may still come in."))
    with event.locked() as event:
        kept = [mode for mode in event.modes if event.registrations.arrived().filter(mode=mode)]
        if not kept:
            raise Refused(_g("Nobody is noted as having come, so nobody can have missed it."))
        event.list_is_partial = False
        return _close(event, kept)


def reopen_list(event: Event) -> int:
    """ "The list is not complete": nobody is held to have missed the evening because of it.

    Returns of how many people it is unknown again. What was noted by hand stays.
    """
    with event.locked() as event:
        event.list_is_partial, event.list_closed_at = True, None
        event.save(update_fields=["list_is_partial", "list_closed_at"])
        marked = event.registrations.missed().filter(came_by=KNOWS.LIST)
        return marked.update(came=None, came_by=KNOWS.NOBODY)


def _close_if_kept(event: Event) -> bool:
    with event.locked() as event:
        kept = [mode for mode in event.modes if _was_kept(event, mode)]
        if not kept or event.list_closed_at or event.list_is_partial:
            return False
        _close(event, kept)
        return True


def _was_kept(event: Event, mode: str) -> bool:
    """For each way to take part by itself: nobody stands at a door for those online."""
    going = event.registrations.going().filter(mode=mode)
    came = going.filter(came=True).count()
    return came > 0 and came >= LEAST_SHARE * going.count()


def _close(event: Event, modes: list[str]) -> int:
    """Under the lock."""
    event.list_closed_at = timezone.now()
    event.save(update_fields=["list_closed_at", "list_is_partial"])
    unknown = event.registrations.going().filter(mode__in=modes, came=None)
    return unknown.update(came=False, came_by=KNOWS.LIST)
