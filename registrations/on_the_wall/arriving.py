"""She says herself that she is here: only around the evening, and only who has a seat."""

from datetime import timedelta

from django.utils import timezone

from meetups.models import Event
from registrations.circles.rounds import settle
from registrations.door.taking import Told, take
from registrations.models import DoorKey, Registration, Scan

OPENS_BEFORE = timedelta(hours=2)


def may_arrive(event: Event) -> bool:
    """From two hours before the start until the end."""
    is_on = event.starts_at - OPENS_BEFORE <= timezone.now() < event.ends_at
    return is_on and event.status == Event.Status.PUBLISHED


def arrive(registration: Registration, key: DoorKey | None = None) -> None:
    """Check her in; whoever has no seat stays outside, and the helpers see that she tried."""
    event = registration.event
    if may_arrive(event) and registration.came is not True:
        take(event, [Told(Scan.Kind.SELF, registration=registration.pk)], key)
        registration.refresh_from_db()


def mix(registration: Registration, joins: bool) -> None:
    """Whether she joins the circles (need 104); one that stands already takes her in at once."""
    Registration.objects.filter(pk=registration.pk).update(mixes=joins)
    settle(registration.event)
    registration.refresh_from_db()
