"""The recap's meter on the page of an evening: {% recap_meter event as recap %}."""

from django import template

from meetups.models import Event
from planning.recap import Recap, facts_of, recap_of

register = template.Library()


@register.simple_tag
def recap_meter(event: Event) -> Recap | None:
    """How complete the recap is; None while the evening is still to come, or was called off."""
    if not event.is_over or event.status != Event.Status.PUBLISHED:
        return None
    with_agenda = Event.objects.with_agenda().get(pk=event.pk)
    return recap_of(with_agenda, facts_of([with_agenda])[event.pk])
