"""What a talk's page says to machines: {% recording talk event %}."""

from django import template
from django.utils.safestring import SafeString

from meetups.models import Event
from meetups.schema import as_script
from speakers.models import Talk
from speakers.schema import recording_schema

register = template.Library()


@register.simple_tag
def recording(talk: Talk, event: Event) -> SafeString | str:
    """The video as a JSON-LD script element; nothing where there is none for everybody."""
    if not (talk.is_public and talk.video_link):
        return ""
    return as_script(recording_schema(talk, event))
