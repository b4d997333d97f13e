"""The only ways for a link to enter a mail. The text part is made of the same marks (letters)."""

import re
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from django import template
from django.conf import settings
from django.template import Context, Node
from django.template.base import NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from outbox.letters import one_line

register = template.Library()

LINK_SCHEMES = {"http", "https", "webcal", "mailto"}
HOLES = "holes of the stencil"
# The mark of a hole, by its number, in signs that no keyboard makes. Where an organizer's text has
# them nevertheless, they could only repeat somebody's own words.
HOLE = re.compile("\ue000(\\d+)\ue001")
LONGEST_NAME = 80
# An unseen sign that parts nothing for a reader; no mail program finds an address around it.
JOINER = "\u2060"
# What a mail program might turn into a link by itself.
_PLAIN_WEB_ADDRESS = re.compile(r"https?://[\w.:-]+(/[\w./:~?=%&+,;@-]*)?", re.ASCII)
_HAS_A_LINK = re.compile(r"://|@|\bwww\.|\w\.[a-z]{2,}", re.IGNORECASE)
_LOOKS_LIKE_A_LINK = re.compile(r"[:/@<>]|\bwww\.|\w\.[a-z]{2,}\b", re.IGNORECASE)
_BEFORE_A_LINK = re.compile(r"(?<=[:/@])(?=\S)|(?=@)|(?<=\w\.)(?=\w)")


@register.simple_tag
def button(label: str, url: str) -> SafeString:
    """The one thing to do, on a line of its own."""
    return _anchor(label, url, "button")


@register.simple_tag
def link(label: str, url: str) -> SafeString:
    """A quieter link."""
    return _anchor(label, url, "link")


def _anchor(label: str, url: str, style: str) -> SafeString:
    address, label = _web_address(url), one_line(str(label))
    if not address:
        return conditional_escape(label)
    words = f'<a class="{style}" href="{escape(address)}">{escape(label)}</a>'
    return mark_safe(words)  # noqa: S308 (escaped here; format_html takes twice as long)


@register.simple_tag
def piece(template_name: str, **facts: str) -> SafeString:
    """Another text that depends on nothing but these facts: a wave to thousands renders it once."""
    today = timezone.now().date()  # times name the year where it is not this one
    return _piece(template_name, tuple(facts.items()), get_language() or "", today)


@lru_cache(maxsize=512)
def _piece(
    template_name: str, facts: tuple[tuple[str, str], ...], language: str, today: date
) -> SafeString:
    return render_to_string(template_name, dict(facts))


@register.simple_tag
def hello(name: object) -> str:
    """The greeting, by name unless a mail program would make a link of the name."""
    plain = one_line(str(name or ""))
    if not plain or _LOOKS_LIKE_A_LINK.search(plain):
        return _("Hello,")
    return _("Hello %(name)s,") % {"name": plain[:LONGEST_NAME]}


@register.tag
def personal(parser: Parser, token: Token) -> "Personal":
    """What differs from person to person in a wave: all else is rendered once (stencils)."""
    nodelist = parser.parse(("endpersonal",))
    parser.delete_first_token()
    return Personal(nodelist)


class Personal(Node):
    """Renders what it holds, or leaves a hole for it where a stencil is being cut."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        holes = context.get(HOLES)
        if holes is None:
            return self.nodelist.render(context)
        holes.append(self.nodelist)
        return mark_safe(f"\ue000{len(holes) - 1}\ue001")  # noqa: S308 (a sign of our own)


@register.filter
def unlinked(text: object) -> str:
    """A stranger's words on one line; none where a mail program would make a link of them (T51)."""
    plain = one_line(str(text or ""))
    return "" if _HAS_A_LINK.search(plain) else plain


@register.filter(name="one_line")
def in_one_line(text: object) -> str:
    """The text without line breaks: a title must not add a paragraph of its own."""
    return one_line(str(text or ""))


@register.filter
def said(text: object) -> str:
    """What a stranger wrote, in one line in which no mail program finds an address (T51)."""
    return _BEFORE_A_LINK.sub(JOINER, one_line(str(text or "")))


@register.filter
def own_links(text: str) -> SafeString:
    """The house's own mails: a line that is an address of this site becomes a link to it."""
    return mark_safe("\n".join(_own_link(line) for line in str(text).split("\n")))  # noqa: S308 (each line is escaped)


def _own_link(line: str) -> SafeString:
    address = _web_address(line)
    if address and address.startswith(f"{settings.PUBLIC_URL}/"):
        return format_html('<a class="link" href="{}">{}</a>', address, address)
    return conditional_escape(line)


def _web_address(text: object) -> str:
    address = str(text or "").strip()
    if _PLAIN_WEB_ADDRESS.fullmatch(address):
        return address
    if re.search(r"[\s<>\"\x00-\x1f\x7f]", address):
        return ""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in LINK_SCHEMES and (parts.netloc or parts.path) else ""
