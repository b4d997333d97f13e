"""{% if event|eve_is_to_come %}: whether whoever has a seat is still reminded the day before."""

from django import template
from django.utils import timezone

from meetups.models import Event
from meetups.walltime import eve_of_day

register = template.Library()


@register.filter
def eve_is_to_come(event: Event) -> bool:
    """Whether 18:00 on the day before, by the clocks of its place, is still ahead."""
    return timezone.now() < eve_of_day(event.date, event.zone)
