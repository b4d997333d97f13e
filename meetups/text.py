"""Text that people write: Markdown to safe HTML, words to find it by, names for links."""

import re
import unicodedata
from collections.abc import Callable

import nh3
from anyascii import anyascii
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": True}).enable(["table", "linkify"])
_TAGS = {
    "p", "br", "strong", "em", "ul", "ol", "li", "a", "code", "pre", "blockquote", "hr",
    "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def render_markdown(text: str) -> str:
    """Markdown as HTML that is safe on our pages: no script, style, picture or foreign frame."""
    tokens = _markdown.parse(text.replace("\x00", ""))
    _nest_headings(tokens)
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow ugc noopener",
    )


def _nest_headings(tokens: list[Token]) -> None:
    """Headings from h3 on without a gap: pages own h1 and h2, and writers begin with any."""
    above: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            above = [*(tag for tag in above if tag < token.tag), token.tag]
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(len(above) + 2, 6)}"


def folded(text: str) -> str:
    """The text as search sees it: small letters, no accents ("Montréal" is found by "montreal")."""
    plain = unicodedata.normalize("NFKD", text.replace("\x00", " ").casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def search_words(query: str) -> list[str]:
    """The words of a search box, folded; at most eight, signs dropped."""
    return re.findall(r"\w+", folded(query[:200]))[:8]


def free_slug(text: str, taken: Callable[[str], bool], fallback: str) -> str:
    """A short name for links out of any script, with a number behind it where it is taken."""
    root = slugify(anyascii(text))[:70].strip("-") or fallback
    slug, number = root, 1
    while taken(slug):
        number += 1
        slug = f"{root}-{number}"
    return slug
