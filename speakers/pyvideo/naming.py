"""How a series writes its own name and its editions in titles and file names."""

import re
from datetime import date, timedelta
from itertools import chain

from meetups.text import folded

# Talks were put online up to some months after their evening.
LATEST_UPLOAD = timedelta(days=400)

_WORD = re.compile(r"\w+")
_FILE_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-|$)", re.ASCII)
_AROUND = " \t-–—:|,.#/([])"


class Naming:
    """Knows "MP48", "mp48-…" and "Montreal Python 48" as edition 48 of Montréal-Python.

    The letters must be the initials of one of the names given (name, short name, folder), so that
    "pep484-…" or "….mp4" is never taken for an edition.
    """

    def __init__(self, *names: str) -> None:
        self._names = [[folded(word) for word in re.findall(r"[^\W_]+", name)] for name in names]
        marks = {"".join(word[0] for word in words) for words in self._names if len(words) > 1}
        letters = "|".join(sorted(map(re.escape, marks), key=len, reverse=True)) or "(?!)"
        self._mark = re.compile(rf"(?:{letters})0*(\d{{1,3}})(?<=\d\d)")

    def edition_of_file(self, name: str) -> str:
        """The edition at the beginning or the end of a file name; empty if there is none."""
        words = folded(name).split("-")
        found = (self._mark.fullmatch(word) for word in (words[0], words[-1]))
        return next((match[1] for match in found if match), "")

    def split_title(self, title: str) -> tuple[str, str]:
        """The edition at the beginning or the end of a title, and the title without it."""
        words = list(_WORD.finditer(title))
        for edition, end in chain(self._marked_start(words), self._named_start(words)):
            return edition, title[end:].lstrip(_AROUND)
        if len(words) > 1 and (match := self._mark.fullmatch(folded(words[-1][0]))):
            return match[1], title[: words[-1].start()].rstrip(_AROUND)
        return "", title

    def bare_file_name(self, name: str) -> str:
        """The words of a file name without date and edition, as a title of last resort."""
        words = _FILE_DATE.sub("", name).split("-")
        return " ".join(word for word in words if not self._mark.fullmatch(folded(word))).strip()

    def _marked_start(self, words: list[re.Match[str]]) -> list[tuple[str, int]]:
        match = self._mark.fullmatch(folded(words[0][0])) if words else None
        return [(match[1], words[0].end())] if match and len(words) > 1 else []

    def _named_start(self, words: list[re.Match[str]]) -> list[tuple[str, int]]:
        plain = [folded(word[0]) for word in words]
        for name in self._names:
            count = len(name)
            if (
                name
                and plain[:count] == name
                and len(words) > count + 1
                and plain[count].isdecimal()
            ):
                return [(str(int(plain[count])), words[count].end())]
        return []


def date_of_file(name: str, recorded: date | None) -> date | None:
    """The evening's date at the beginning of a file name, where `recorded` is its upload.

    None if it lies after `recorded` or more than 400 days before: then it means something else.
    """
    match = _FILE_DATE.match(name)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
    if day is None or recorded is None:
        return day
    return day if timedelta(0) <= recorded - day <= LATEST_UPLOAD else None
