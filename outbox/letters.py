"""From a template and its facts to what a person reads: subject, text, HTML, attachments.

One text template makes both parts. The HTML part is the same template rendered with escaping and
cut into paragraphs, so nothing a person wrote can become markup or a link: links come only from
the tags of `outbox.templatetags.letter`.
"""

import re
from dataclasses import dataclass
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

LONGEST_SUBJECT = 200
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
    with translation.override(_spoken(language)):
        subject = one_line(render_to_string(f"emails/{template}.subject.txt", facts, using="text"))
        text = tidy(render_to_string(f"emails/{template}.txt", facts, using="text"))
        written = tidy(render_to_string(f"emails/{template}.txt", facts, using="django"))
        html = _wrapped(subject, written)
    parts = tuple(Attachment(**attachment) for attachment in facts.get("attachments", ()))
    return Letter(subject[:LONGEST_SUBJECT], text, html, parts)


def _spoken(language: str) -> str:
    """The person's language if we speak it: never a Russian date in an English sentence."""
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


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


def _wrapped(subject: str, written: str) -> str:
    body, _line, small = written.rstrip("\n").partition("\n\n--\n")
    page = {
        "subject": subject,
        "body": _paragraphs(body),
        "small": _paragraphs(small) if small else "",
        "language": translation.get_language(),
        "right_to_left": translation.get_language_bidi(),
    }
    return _inliner.inline(render_to_string("emails/base.html", page))


def _paragraphs(written: str) -> SafeString:
    # Safe: the text comes from the escaping engine.
    return mark_safe("\n".join(map(_paragraph, written.split("\n\n"))))  # noqa: S308


def _paragraph(written: str) -> str:
    """Lines set in by two blanks are the facts of the evening and stand out."""
    lines = written.split("\n")
    start = '<p class="facts">' if all(line.startswith("  ") for line in lines) else "<p>"
    return f"{start}{'<br>'.join(line.strip() for line in lines)}</p>"
