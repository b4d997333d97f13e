"""From a template and its facts to what a person reads: subject, text, HTML, attachments.

One text template makes both parts. The HTML part is the same template rendered with escaping and
cut into paragraphs, so nothing a person wrote can become markup or a link: links come only from
the tags of `outbox.templatetags.letter`.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import css_inline
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

LONGEST_SUBJECT = 200
_inliner = css_inline.CSSInliner(keep_style_tags=False, keep_at_rules=True)
# Marks that turn the reading direction of what follows them; a name must not turn a sentence.
_TURNS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


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
    with translation.override(language or settings.LANGUAGE_CODE):
        subject = one_line(render_to_string(f"emails/{template}.subject.txt", facts, using="text"))
        text = tidy(render_to_string(f"emails/{template}.txt", facts, using="text"))
        written = tidy(render_to_string(f"emails/{template}.txt", facts, using="django"))
        html = _wrapped(subject, written)
    parts = tuple(Attachment(**attachment) for attachment in facts.get("attachments", ()))
    return Letter(subject[:LONGEST_SUBJECT], text, html, parts)


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the direction."""
    visible = "".join(" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join(visible.translate(_TURNS).split())


def tidy(text: str) -> str:
    """Lines without trailing blanks, never two empty ones in a row, no control characters."""
    plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text.replace("\r\n", "\n")).translate(_TURNS)
    plain = re.sub(r"[ \t]+$", "", plain, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", plain).strip("\n") + "\n"


def _wrapped(subject: str, written: str) -> str:
    body, _line, small = written.rstrip("\n").partition("\n\n--\n")
    page = {
        "subject": subject,
        "paragraphs": [_paragraph(text) for text in body.split("\n\n")],
        "small": [_paragraph(text) for text in small.split("\n\n")] if small else [],
        "language": translation.get_language(),
        "right_to_left": translation.get_language_bidi(),
    }
    return _inliner.inline(render_to_string("emails/base.html", page))


def _paragraph(text: str) -> dict[str, Any]:
    """Lines set in by two blanks are the facts of the evening and stand out."""
    lines = text.split("\n")
    return {"facts": all(line.startswith("  ") for line in lines), "text": _broken(lines)}


def _broken(lines: list[str]) -> SafeString:
    # Safe: the lines come from the escaping engine.
    return mark_safe("<br>\n".join(line.strip() for line in lines))  # noqa: S308
