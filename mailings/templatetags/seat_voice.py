"""The secret link to the page beside a seat: {{ registration|voice_url:slug }}."""

from django import template
from django.conf import settings
from django.urls import reverse

from registrations.tokens import token_for

register = template.Library()


@register.filter
def voice_url(registration: dict[str, str], slug: str) -> str:
    """The page of her evening where she says what she liked and what she wants to hear (O7)."""
    token = token_for(registration["seed"], registration["hash"])
    return f"{settings.PUBLIC_URL}{reverse('speakers:voice', args=[slug, token])}"
