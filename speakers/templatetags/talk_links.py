"""Secret links in mails to speakers, made when the mail is rendered: {{ part|part_url }}."""

from django import template
from django.conf import settings
from django.urls import reverse

from people import tokens
from speakers.models import scouting
from speakers.models.part import PURPOSE

register = template.Library()


@register.filter
def part_url(part: dict[str, str], page: str = "proposal") -> str:
    """A page of hers: the proposal itself, or the named page of it ("evening", "slides")."""
    token = tokens.token_for(PURPOSE, part["seed"], part["hash"])
    return f"{settings.PUBLIC_URL}{reverse(f'speakers:{page}', args=[token])}"


@register.filter
def lead_url(lead: dict[str, str]) -> str:
    """The form of the series with her name on it, for somebody who is asked to speak."""
    token = tokens.token_for(scouting.PURPOSE, lead["seed"], lead["hash"])
    return f"{settings.PUBLIC_URL}{reverse('speakers:invitation', args=[token])}"


@register.filter
def offer_url(part: dict[str, str], offer: int) -> str:
    """Her page of the free place that is offered to her."""
    token = tokens.token_for(PURPOSE, part["seed"], part["hash"])
    return f"{settings.PUBLIC_URL}{reverse('speakers:step_in', args=[token, offer])}"
