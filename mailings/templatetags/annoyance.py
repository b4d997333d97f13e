"""Whom a piece of news asks "does this annoy you?": everybody twice a year (need 84)."""

from zlib import crc32

from django import template
from django.utils import timezone

register = template.Library()

# A sixth of the people each month, so each of them every sixth month.
TURNS = 6


@register.filter
def asks_now(unsubscribe_url: str) -> bool:
    """Whether it is the turn of the person whose link this is; never without a link."""
    today = timezone.now()
    turn = today.year * 12 + today.month
    return bool(unsubscribe_url) and (crc32(unsubscribe_url.encode()) + turn) % TURNS == 0


@register.filter
def annoyed_url(unsubscribe_url: str) -> str:
    """The page that asks her."""
    return f"{unsubscribe_url}annoyed/"
