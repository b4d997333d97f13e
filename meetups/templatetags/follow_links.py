"""The secret link in a mail by which one says yes to news: {{ wish|follow_url }}."""

from django import template
from django.conf import settings
from django.urls import reverse

from meetups.tokens import follow_token_for

register = template.Library()


@register.filter
def follow_url(wish: dict[str, str]) -> str:
    """The page that asks whether she wants it."""
    token = follow_token_for(wish["seed"], wish["hash"])
    return f"{settings.PUBLIC_URL}{reverse('meetups:confirm', args=[token])}"
