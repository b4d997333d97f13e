"""From a template and its facts to what a person reads: subject, text, HTML, attachments.

One text template is rendered once, with escaping, so nothing a person wrote can become markup or
a link: links come only from the tags of `outbox.templatetags.letter`. The HTML part is that text
cut into paragraphs, the text part is that text with its escapes and link tags taken off again.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe

LONGEST_SUBJECT = 200
PLAIN, FACTS = "<p>", '<p class="facts">'
LINKS = ("button", "link")
_LINK = re.compile(r'<a class="(?:button|link)" href="(?P<address>[^"]*)">(?P<label>[^<]*)</a>')
_inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True)
# Marks that turn the reading direction of what follows them: a name must not turn a sentence.
_TURNS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN_IN_TEXT = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_TURNS}]")
_TURN = re.compile(f"[{_TURNS}]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BLANKS_AT_END = re.compile(r"[ \t]+\n")
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Attachment:
    name: str
    type: str
    text: str


@dataclass(frozen=True)
class Letter:
    """A message as it leaves; `subject` is one line without control characters."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def compose(template: str, facts: dict[str, Any], language: str = "") -> Letter:
    """Render `templates/emails/<template>` with the facts; raises what the template raises."""
    with translation.override(spoken(language)):
        subject, body = written(template, facts)
        page = Sheet.active().page(subject, body)
    return Letter(subject, as_text(body), page, attached(facts))


def written(template: str, facts: dict[str, Any]) -> tuple[str, str]:
    """Subject and body in the active language, the body still with its marks."""
    subject = one_line(render_to_string(f"emails/{template}.subject.txt", facts, using="text"))
    return subject[:LONGEST_SUBJECT], tidy(render_to_string(f"emails/{template}.txt", facts))


def attached(facts: dict[str, Any]) -> tuple[Attachment, ...]:
    return tuple(Attachment(**attachment) for attachment in facts.get("attachments", ()))


def as_text(written: str) -> str:
    """The written page without its marks; a link is its label and then its address on a line."""
    if "<a " in written:
        written = _LINK.sub(_link_as_text, written)
    return html.unescape(written)


def _link_as_text(link: re.Match[str]) -> str:
    address, label = link["address"], link["label"]
    return address if label == address else f"{label}:\n{address}"


def spoken(language: str) -> str:
    """The nearest language we speak: "ru-RU", "zh" and "zh_CN" are understood, "be" is not."""
    try:
        return translation.get_supported_language_variant(language.lower().replace("_", "-"))
    except (LookupError, ValueError):
        return settings.LANGUAGE_CODE


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the direction."""
    if not text.isprintable():
        text = _CONTROL.sub(" ", _TURN.sub("", text))
    return " ".join(text.split())


def tidy(text: str) -> str:
    """Lines without trailing blanks, never two empty ones in a row, no control characters."""
    plain = _UNSEEN_IN_TEXT.sub("", text.replace("\r\n", "\n"))
    plain = _BLANKS_AT_END.sub("\n", f"{plain}\n")
    return _EMPTY_LINES.sub("\n\n", plain).strip("\n") + "\n"


class Sheet:
    """The page around a letter, `emails/base.html`, its styles written into the elements once.

    Each letter then only fills it: doing it anew for every message costs more than sending it.
    """

    def __init__(self) -> None:
        sample = "".join(f"{start}x</p>\n" for start in (PLAIN, FACTS)) + "".join(
            f'<a class="{name}" href="x">x</a>\n' for name in LINKS
        )
        inlined = self._inlined("title", f"<i>body</i>{sample}<b>body</b>", "<i>small</i>")
        self.plain, self.facts = re.findall(r"<p[^>]*>(?=x</p>)", inlined)
        styles = re.findall(r'<a class="\w+" href="x"( style="[^"]*")>', inlined)
        self.links = {
            f'<a class="{name}"': f'<a class="{name}"{style}'
            for name, style in zip(LINKS, styles, strict=True)
        }
        without_sample = re.sub(
            r"<i>body</i>.*<b>body</b>", "<i>body</i>", inlined, flags=re.DOTALL
        )
        self.long = re.split(r"(?<=<title>)title|<i>body</i>|<i>small</i>", without_sample)
        self.short = re.split(
            r"(?<=<title>)title|<i>body</i>", self._inlined("title", "<i>body</i>", "")
        )

    @classmethod
    def active(cls) -> "Sheet":
        """The sheet in the active language."""
        return _sheet(translation.get_language() or "")

    def page(self, subject: str, written: str) -> str:
        body, _line, small = written.rstrip("\n").partition("\n\n--\n")
        parts = [html.escape(subject), self._paragraphs(body)]
        around = self.short
        if small:
            parts.append(self._paragraphs(small))
            around = self.long
        filled = [piece for pair in zip(around, [*parts, ""], strict=True) for piece in pair]
        return "".join(filled)

    def _inlined(self, subject: str, body: str, small: str) -> str:
        page = {
            "subject": subject,
            "body": mark_safe(body),  # noqa: S308 (our own marks)
            "small": mark_safe(small),  # noqa: S308
            "language": translation.get_language(),
            "right_to_left": translation.get_language_bidi(),
        }
        return _inliner.inline(render_to_string("emails/base.html", page))

    def _paragraphs(self, written: str) -> str:
        return self.styled("\n".join(map(self._paragraph, written.split("\n\n"))))

    def styled(self, marked: str) -> str:
        """The links with their styles written in."""
        for plain, styled in self.links.items():
            marked = marked.replace(plain, styled)
        return marked

    def _paragraph(self, written: str) -> str:
        """Lines set in by two blanks are the facts of the evening and stand out."""
        lines = written.split("\n")
        start = self.facts if all(line.startswith("  ") for line in lines) else self.plain
        return f"{start}{'<br>'.join(line.strip() for line in lines)}</p>"


@lru_cache
def _sheet(language: str) -> Sheet:
    return Sheet()
