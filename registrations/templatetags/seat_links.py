"""Secret links in mails, made when the mail is rendered: {{ registration|manage_url }}."""

from functools import lru_cache

from django import template
from django.conf import settings
from django.urls import reverse

from registrations.tokens import token_for

register = template.Library()
_ANY = "0" * 22  # as long as a token, and as good as never one


def _link(registration: dict[str, str], page: str) -> str:
    token = token_for(registration["seed"], registration["hash"])
    return f"{settings.PUBLIC_URL}{_path(page).replace(_ANY, token)}"


@lru_cache
def _path(page: str) -> str:
    """Looked up once: in a wave of mail the look-up costs more than the token."""
    return reverse(f"registrations:{page}", args=[_ANY])


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


@register.filter
def coming_url(registration: dict[str, str]) -> str:
    """The page that asks "still coming?", yes or no."""
    return _link(registration, "coming")
