"""The hours of an evening in which whoever opens the desk wants the door and the run sheet."""

from datetime import timedelta

from django.utils import timezone

from meetups.models import Event

BEFORE, AFTER = timedelta(hours=6), timedelta(hours=3)


def is_on_the_day(event: Event) -> bool:
    """From six hours before the start of an announced evening until three after its end."""
    is_near = event.starts_at - BEFORE <= timezone.now() <= event.ends_at + AFTER
    return event.status == Event.Status.PUBLISHED and is_near
