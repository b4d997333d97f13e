"""Titles, names and descriptions as people wrote them for video sites, made fit for our pages."""

import html
import re

from speakers.pyvideo.naming import Naming

_SIGNS = re.compile(r"[\x00-\x1f\x7f\u200b\ufeff]+")
_FOREIGN_PATH = re.compile(r"[a-z][a-z-]*/videos/[\w-]+\.json")
_EXTENSION = re.compile(r"\.(?:mp4|mov|avi|mkv|ogv|webm|mts)$", re.IGNORECASE)
_CAMERA = re.compile(r"[A-Za-z]{0,5}[_-]?\d{4,}(?:-\d+)?")
_PART = re.compile(r"\(?(\d{1,2})\s*(?:/|of|de|из)\s*(\d{1,2})\)?$", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"\s*[,;&/]\s*|\s+(?:and|et|и|und)\s+")
_HTML = re.compile(r"</?(?:p|br|div|ul|ol|li|a|em|strong|b|i|h\d)\b[^>]*>", re.IGNORECASE)
_REST_LINK = re.compile(r"`([^`<>]+?)\s*<([^`<>]+)>`__?")
_REST_HEADING = re.compile(r"^(\S.*)\n[~^\"'*+#=-]{4,}$", re.MULTILINE)
_LINE_ENDING_IN_URL = re.compile(r"(https?://\S+)\n(?=\S)")


def one_line(text: str, limit: int) -> str:
    """The text in one line without entities and control characters, cut at `limit` characters."""
    line = " ".join(_SIGNS.sub(" ", html.unescape(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_title(raw: str, name: str, naming: Naming, speakers: tuple[str, ...]) -> tuple[str, str]:
    """A title without edition, path or file ending, and the edition that stood in it.

    A camera's own name ("MAH00016") gives way to the words of the file `name`.
    """
    title = _EXTENSION.sub("", _FOREIGN_PATH.sub("", one_line(raw, 1000)))
    edition, title = naming.split_title(title)
    title = _without_speaker(title, speakers, bool(edition))
    if _CAMERA.fullmatch(title):
        words = naming.bare_file_name(name)
        title = title if _CAMERA.match(words.replace(" ", "")) else words[:1].upper() + words[1:]
    return one_line(title, 300), edition


def _without_speaker(title: str, speakers: tuple[str, ...], edition: bool) -> str:
    """The title without the speaker's name before it: "Olivier Belanger - Pyo" is "Pyo"."""
    for speaker in speakers:
        rest = title[len(speaker) :] if title.casefold().startswith(speaker.casefold()) else ""
        bare = rest.lstrip(" -–—:")
        if bare and (edition or re.match(r"\s*[–—:]|\s+-\s", rest)):
            return bare
    return title


def part_of(title: str) -> tuple[int, int] | None:
    """(2, 4) for "… (2 of 4)", "… 2/4" and "… (2 de 4)"."""
    match = _PART.search(title)
    part = (int(match[1]), int(match[2])) if match else (0, 0)
    return part if 1 <= part[0] <= part[1] else None


def names(given: list[str]) -> tuple[str, ...]:
    """Each person once, in order; a string of two full names is two people."""
    people = [name for text in given for name in _split_names(one_line(text, 1000))]
    return tuple(dict.fromkeys(one_line(name, 200) for name in people if name))


def _split_names(text: str) -> list[str]:
    parts = [part for part in _BETWEEN_NAMES.split(text) if part]
    # "Smith, Jr." and "Ernst & Young" are one; two words on each side are two people.
    return parts if all(len(part.split()) > 1 for part in parts) else [text]


def as_markdown(text: str) -> str:
    """HTML, reStructuredText or plain text as Markdown, at most 20,000 characters."""
    text = text.replace("\r\n", "\n").replace("\x00", "")
    if _HTML.search(text):
        text = _html_as_markdown(text)
    text = html.unescape(text)
    text = _REST_LINK.sub(lambda m: f"[{' '.join(m[1].split())}]({''.join(m[2].split())})", text)
    text = _REST_HEADING.sub(r"### \1", text)
    return _LINE_ENDING_IN_URL.sub(r"\1  \n", text).strip()[:20_000]


def _html_as_markdown(text: str) -> str:
    text = re.sub(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"[\2](\1)", text, flags=re.S | re.I)
    text = re.sub(r"<br\b[^>]*>", "  \n", text, flags=re.I)
    text = re.sub(r"<li\b[^>]*>", "\n- ", text, flags=re.I)
    text = re.sub(r"</(?:p|div|ul|ol|h\d)>", "\n\n", text, flags=re.I)
    return re.sub(r"<[^>]*>", "", text)
