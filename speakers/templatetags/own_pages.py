"""What a speaker's own pages say of the letters she got and of what she may show."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from speakers.models.consent import LICENCES

register = template.Library()

HEARD: dict[str, Promise] = {
    "speakers/received": _("We have your proposal"),
    "speakers/invited": _("You were asked to speak along"),
    "speakers/reopened": _("Your proposal is read again"),
    "speakers/accepted": _("Your talk is accepted"),
    "speakers/offered": _("An evening is offered"),
    "speakers/chase": _("We asked again about the evening"),
    "speakers/confirmed": _("The evening is settled"),
    "speakers/evening_moved": _("The evening has another time or place"),
    "speakers/evening_cancelled": _("The evening does not take place"),
    "speakers/taken_off": _("Your talk left the evening"),
    "speakers/reserve": _("Your talk is in our reserve"),
    "speakers/step_in": _("A place was free for you"),
    "speakers/step_in_taken": _("Somebody else took the free place"),
    "speakers/declined": _("Not this time"),
    "speakers/withdrawn": _("You took the proposal back"),
}


@register.filter
def in_words(letter: str) -> str:
    """What a letter said, in one line; empty for kinds that are no news of a proposal."""
    return str(HEARD.get(letter, ""))


@register.filter
def licence_in_words(licence: str) -> str:
    """The licence as the form offers it; her own words where she chose those."""
    return str(dict(LICENCES).get(licence, licence))
