"""An organizer's own words in a message, with the places that are filled in for each person."""

import re
from typing import Any

from django import template
from django.utils.translation import gettext as _

from outbox.letters import one_line

register = template.Library()

# What may stand in braces. The value is put in once and never read again (lessons 14).
PLACES = ("name", "evening", "when", "place")
_PLACE = re.compile(r"\{(\w+)\}")


@register.simple_tag
def filled(words: str, **facts: Any) -> str:
    """The words with {name} and the like filled in; anything else in braces stays as written."""
    values = {name: one_line(str(value or "")) for name, value in facts.items() if name in PLACES}
    values["name"] = values.get("name") or _("friend")
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), str(words))


def unknown_places(words: str) -> list[str]:
    """Names in braces that nothing fills."""
    return [name for name in _PLACE.findall(words) if name not in PLACES]
