"""Months as people say them."""

from django import template
from django.utils.formats import date_format

from mailings.months import day_of

register = template.Library()


@register.filter
def month(period: str) -> str:
    """ "2026-12" in the active language: "December 2026"."""
    return date_format(day_of(period, 1), "YEAR_MONTH_FORMAT")
