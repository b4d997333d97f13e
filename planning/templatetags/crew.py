"""What letters to helpers say: the name of a role in the reader's language, and her link."""

from django import template
from django.conf import settings
from django.urls import reverse

from planning.models import Shift
from planning.tokens import token_for

register = template.Library()


@register.filter
def role_name(role: str) -> str:
    """The role in words."""
    return str(Shift.Role(role).label)


@register.filter
def help_url(helper: dict[str, str]) -> str:
    """The page on which she says yes or no."""
    token = token_for(helper["seed"], helper["hash"])
    return f"{settings.PUBLIC_URL}{reverse('planning:help', args=[token])}"
