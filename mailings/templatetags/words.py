"""An organizer's own words in a message, with the places that are filled in for each person."""

import re
from typing import Any

from django import template
from django.template import Context, Node
from django.template.base import NodeList, Parser, Token
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from meetups.templatetags.times import when
from outbox.letters import one_line
from outbox.templatetags.letter import LONGEST_NAME, Personal, link, unlinked

register = template.Library()

# What may stand in braces. The value is put in once and never read again (lessons 14).
PLACES = ("name", "evening", "when", "place")
_PLACE = re.compile(r"\{(\w+)\}")
_PARAGRAPHS = re.compile(r"\n\s*\n")
_WEB = re.compile(r"https?://[^\s{}]+")
SMALL_PRINT = "--"  # alone on a line it parts the small print from the letter (outbox.letters)


@register.simple_tag
def filled(words: str, **facts: Any) -> str:
    """The words with {name} and the like filled in; anything else in braces stays as written."""
    values = {name: one_line(str(value or "")) for name, value in facts.items() if name in PLACES}
    values["name"] = unlinked(values.get("name"))[:LONGEST_NAME] or _("friend")
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), str(words))


@register.tag
def own_words(parser: Parser, token: Token) -> "OwnWords":
    """The organizer's paragraphs, from the letter's fact `words`; escaped, links by our own tag."""
    return OwnWords()


class OwnWords(Node):
    """Only paragraphs that name the reader are personal: all others are the same for everybody."""

    def render(self, context: Context) -> SafeString:
        text = str(context.get("words") or "").replace("\r\n", "\n").strip()
        found = [self._paragraph(one, context) for one in _PARAGRAPHS.split(text)]
        return mark_safe("\n\n".join(found))  # noqa: S308 (each line is escaped)

    def _paragraph(self, words: str, context: Context) -> str:
        paragraph = Paragraph(words)
        if "{name}" in words:
            return str(Personal(NodeList([paragraph])).render(context))
        return str(paragraph.render(context))


class Paragraph(Node):
    """Lines of one paragraph; a web address alone on its line becomes a link."""

    def __init__(self, words: str) -> None:
        self.words = words

    def render(self, context: Context) -> SafeString:
        lines = [self._line(line.strip(), context) for line in self.words.split("\n")]
        return mark_safe("\n".join(lines))  # noqa: S308 (each line is escaped)

    def _line(self, line: str, context: Context) -> str:
        if _WEB.fullmatch(line):
            return link(line, line)
        if line == SMALL_PRINT:
            return "–"  # noqa: RUF001 (a dash of hers, not our small print)
        facts = {
            "name": context.get("name"),
            "evening": context.get("title"),
            "when": when(context["starts"], context["zone"]),
            "place": context.get("place"),
        }
        return conditional_escape(filled(line, **facts))


def unknown_places(words: str, known: tuple[str, ...] = PLACES) -> list[str]:
    """Names in braces that nothing fills."""
    return [name for name in _PLACE.findall(words) if name not in known]
