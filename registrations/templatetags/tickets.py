"""QR codes inside a page, and what a circle calls its people."""

import segno
from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from registrations.models import Registration
from registrations.on_the_wall.arriving import may_arrive
from registrations.tokens import short_code_for

register = template.Library()


@register.filter
def qr(address: str) -> SafeString:
    """The address as a QR code, an SVG with the quiet zone of ISO/IEC 18004."""
    code = segno.make(address, error="m", micro=False)
    drawn = code.svg_inline(border=4, light="white", omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308 (made of squares by segno; the address is not in it)


@register.filter
def ticket_url(registration: Registration) -> str:
    """Where the code of the ticket leads: `/t/<code>/`, absolute, for cameras."""
    path = reverse("registrations:ticket", args=[registration.ticket])
    return f"{settings.PUBLIC_URL}{path}"


@register.filter
def short_code(registration: Registration) -> str:
    """The ticket to be typed at the door, in two groups: "bcdf ghjk"."""
    code = short_code_for(registration.pk)
    return f"{code[:4]} {code[4:]}"


@register.filter
def may_say_here(registration: Registration) -> bool:
    """Whether the button "I am here" does something now."""
    has_seat = registration.is_seated and registration.mode != "online"
    return has_seat and registration.came is not True and may_arrive(registration.event)


@register.filter
def short_name(name: str) -> str:
    """ "Ada L.": the first name and the initial of the last, for screens that everybody sees."""
    first, *others = name.split() or [gettext("Guest")]
    return f"{first} {others[-1][0]}." if others else first


@register.filter
def first_name(name: str) -> str:
    return name.partition(" ")[0]
