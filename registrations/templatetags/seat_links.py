"""Secret links in mails, made when the mail is rendered: {{ registration|manage_url }}."""

from django import template
from django.conf import settings
from django.urls import reverse

from registrations.tokens import token_for

register = template.Library()


def _link(registration: dict[str, str], page: str) -> str:
    token = token_for(registration["seed"], registration["hash"])
    return f"{settings.PUBLIC_URL}{reverse(f'registrations:{page}', args=[token])}"


@register.filter
def manage_url(registration: dict[str, str]) -> str:
    """The holder's page."""
    return _link(registration, "detail")


@register.filter
def cancel_url(registration: dict[str, str]) -> str:
    """The page that asks whether to free the seat."""
    return _link(registration, "cancel")


@register.filter
def confirm_url(registration: dict[str, str]) -> str:
    """The page that confirms a held seat."""
    return _link(registration, "confirm")
