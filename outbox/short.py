"""A letter in a few words: what leaves as a text message or by messenger.

A template may have a short form of its own, `<name>.short.txt`. Without one the text goes along as
it is where it fits, else its subject and its last link, the one thing to do.
"""

import re
from functools import lru_cache
from math import ceil

from django.template.exceptions import TemplateDoesNotExist
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from outbox.letters import Letter, as_text, spoken, tidy
from outbox.models import Delivery

MOST_SEGMENTS = 3
SMALL_PRINT = "\n\n--\n"
LINK = re.compile(r"https?://\S+")
# The signs that a text message carries in seven bits (GSM 03.38); those of `WIDE` count twice.
SLIM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
WIDE = frozenset("^{}\\[~]|€")
# One typographic sign would more than halve what fits: a phone shows these as well.
PLAIN = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "·": "-", "\xa0": " ",
     "\u202f": " ", "\u2060": ""}
)  # fmt: skip


def short_text(delivery: Delivery, letter: Letter) -> str:
    """The message in short; what is promotional always says how to stop it."""
    with translation.override(spoken(delivery.language)):
        name = f"emails/{delivery.template}.short.txt"
        if _exists(name):
            return as_text(tidy(render_to_string(name, delivery.facts()))).strip()
        text = letter.text.partition(SMALL_PRINT)[0].strip()
        if delivery.unsubscribe_url:
            text = f"{text}\n{stop(delivery.unsubscribe_url)}"
        return text


def as_sms(delivery: Delivery, letter: Letter) -> str:
    """The message in at most three segments of a text message; links stay whole."""
    text = short_text(delivery, letter).translate(PLAIN)
    if segments(text) > MOST_SEGMENTS and not _exists(f"emails/{delivery.template}.short.txt"):
        text = _gist(delivery, letter).translate(PLAIN)
    return fitted(text)


def stop(url: str) -> str:
    """How to get no more of it, in one line."""
    return _("Stop: %(url)s") % {"url": url}


def segments(text: str) -> int:
    """How many text messages a phone company counts (GSM 03.38 and 03.40)."""
    if all(sign in SLIM or sign in WIDE for sign in text):
        size = len(text) + sum(sign in WIDE for sign in text)
        return 1 if size <= 160 else ceil(size / 153)
    size = len(text.encode("utf-16-le")) // 2
    return 1 if size <= 70 else ceil(size / 67)


def fitted(text: str, most: int = MOST_SEGMENTS) -> str:
    """The text with words taken off the end of its longest lines until it fits; never off links."""
    # No more than that ever fits, so a page of text costs no more than three messages of it.
    room = most * 160
    lines = [line if LINK.search(line) else line[:room] for line in text.split("\n")]
    while segments("\n".join(lines)) > most:
        longest = max((line for line in lines if not LINK.search(line)), key=len, default="")
        if not longest:
            break
        lines[lines.index(longest)] = _shorter(longest)
    return "\n".join(line for line in lines if line)


def _shorter(line: str) -> str:
    """One word less, or a few signs of a line without blanks."""
    bare = line.removesuffix("...").rstrip()
    head = bare.rpartition(" ")[0] if " " in bare else bare[:-10]
    return f"{head}..." if head else ""


def _gist(delivery: Delivery, letter: Letter) -> str:
    with translation.override(spoken(delivery.language)):
        links = LINK.findall(letter.text.partition(SMALL_PRINT)[0])[-1:]
        if delivery.unsubscribe_url:
            links.append(stop(delivery.unsubscribe_url))
    return "\n".join([letter.subject, *links])


@lru_cache
def _exists(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True
