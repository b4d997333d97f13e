"""A file of rows, whoever wrote it: its encoding, its separator, its lines."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MOST_BYTES = 10 * 1024 * 1024
MOST_LINES = 50_000
MOST_COLUMNS = 100
SEPARATORS = "\t;,|"
HARMFUL = frozenset("=+-@")
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Zip and so today's spreadsheets, yesterday's spreadsheets, gzip, PDF.
NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF")
# A run of bytes beyond ASCII: in Cyrillic a word, in Latin script one letter among others.
FOREIGN = re.compile(rb"[\x80-\xff]+")


class NotReadable(ValidationError):
    """The file is no table that we can read; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the file; `number` is the one that an editor shows."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: list[Row]

    def samples(self, column: int, most: int = 3) -> list[str]:
        """The first different values of a column, to recognize it by."""
        found = (row.cells[column] for row in self.rows[:200] if column < len(row.cells))
        return list(dict.fromkeys(cell for cell in found if cell))[:most]


def read_table(content: bytes) -> Table:
    """The rows of a CSV or TSV file in any usual encoding. Raises NotReadable."""
    rows = _rows(read_text(content))
    head = next(rows, None)
    found = list(rows)
    if head is None or not found:
        raise NotReadable(_("There is nothing in this file below its first line."))
    if len(head.cells) > MOST_COLUMNS or len(found) > MOST_LINES:
        raise NotReadable(
            _("This file is too large: at most %(lines)d lines of %(columns)d columns.")
            % {"lines": MOST_LINES, "columns": MOST_COLUMNS}
        )
    return Table(_named(head.cells), found)


def read_text(content: bytes) -> str:
    """The file as text, whatever its encoding. Raises NotReadable."""
    if content.startswith(NO_TEXT):
        raise NotReadable(
            _("This is a spreadsheet or an archive. Open it, save it as CSV, and send that file.")
        )
    text = _decoded(content)
    if "\x00" in text:
        raise NotReadable(_("This is no file of text. Save the table as CSV, and send that file."))
    return text


def _decoded(content: bytes) -> str:
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    zeros = content[:2000].count(0)
    if zeros > len(content[:2000]) // 4:  # every other byte: UTF-16 that does not say so
        order = "utf-16-le" if content[:2000:2].count(0) < zeros / 2 else "utf-16-be"
        return content.decode(order, "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(_old_page(content), "replace")


def _old_page(content: bytes) -> str:
    runs = [len(run) for run in FOREIGN.findall(content[:200_000])]
    return "cp1251" if sum(runs) >= 2 * len(runs) else "cp1252"


def _rows(text: str) -> Iterator[Row]:
    """Every line that says something; quoted cells may hold several."""
    first, _newline, rest = text.partition("\n")
    said = re.fullmatch(r"sep=(.)\r?", first)  # how Excel names the separator
    separator = said[1] if said else _separator(first)
    reader = csv.reader(StringIO(rest if said else text, newline=""), delimiter=separator)
    before, skipped = 0, int(bool(said))
    try:
        for cells in reader:
            number, before = before + 1 + skipped, reader.line_num
            clean = tuple(_plain(cell) for cell in cells)
            if any(clean):
                yield Row(number, clean)
    except csv.Error as error:
        raise NotReadable(
            _("Line %(line)d cannot be read: a quotation mark or a cell has no end.")
            % {"line": reader.line_num + skipped}
        ) from error


def _separator(line: str) -> str:
    outside = re.sub(r'"[^"]*"', "", line)
    return max(SEPARATORS, key=outside.count)


def _plain(cell: str) -> str:
    """Without the sign by which exports keep spreadsheets from running a cell as a formula."""
    text = " ".join(cell.split())
    return text[1:] if text[:1] == "'" and text[1:2] in HARMFUL else text


def _named(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The head, with a number where a column has no name."""
    return tuple(cell[:100] or _("Column %d") % n for n, cell in enumerate(cells, 1))
