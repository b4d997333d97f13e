"""Reads what translators write (.po) and what runs (.mo), and finds the words to translate.

Without GNU gettext: a machine that only runs the program has none.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from django.utils.translation.template import templatize

from config.management.commands.makemessages import found

ROOT = Path(__file__).resolve().parent.parent
CONTEXT = "\x04"
CALLS = {
    "_": 1, "_g": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1,
    "ngettext": 2, "ngettext_lazy": 2, "pgettext": 2, "pgettext_lazy": 2,
}  # fmt: skip
_MARKED = re.compile(
    r"""(?:gettext|ngettext|pgettext|\b_)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
)
_FIELD = re.compile(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?) (".*")')


@dataclass
class Entry:
    """One text of a catalogue with its translations, one for each plural form."""

    flags: str = ""
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        context = self.fields.get("msgctxt")
        return f"{context}{CONTEXT}{self.fields['msgid']}" if context else self.fields["msgid"]

    @property
    def originals(self) -> list[str]:
        return [self.fields[name] for name in ("msgid", "msgid_plural") if name in self.fields]

    @property
    def translations(self) -> list[str]:
        return [text for name, text in self.fields.items() if name.startswith("msgstr")]


def written(locale: str) -> list[Entry]:
    """The entries of the catalogue as translators write it, without its header."""
    text = (ROOT / "locale" / locale / "LC_MESSAGES" / "django.po").read_text()
    return [entry for entry in map(_entry, text.strip().split("\n\n")) if entry.fields["msgid"]]


def _entry(block: str) -> Entry:
    entry, name = Entry(), ""
    for line in block.split("\n"):
        if line.startswith("#,"):
            entry.flags += line
        elif begun := _FIELD.match(line):
            name = begun[1]
            entry.fields[name] = ast.literal_eval(begun[2])
        elif line.startswith('"'):
            entry.fields[name] += ast.literal_eval(line)
    return entry


def compiled(locale: str) -> dict[str, list[str]]:
    """The catalogue that runs: the translations of each text."""
    with (ROOT / "locale" / locale / "LC_MESSAGES" / "django.mo").open("rb") as file:
        catalogue: dict[Any, str] = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    texts: dict[str, list[str]] = {}
    for key, translation in catalogue.items():
        texts.setdefault(key if isinstance(key, str) else key[0], []).append(translation)
    texts.pop("")
    return texts


def to_translate() -> set[str]:
    """Every text of the templates and modules that are translated, without its context."""
    return {text for path in found() for text in _texts(ROOT / path)}


def _texts(path: Path) -> Iterator[str]:
    source = path.read_text()
    if path.suffix == ".py":
        yield from _called(ast.parse(source))
    else:
        for match in _MARKED.finditer(templatize(source)):
            yield ast.literal_eval(match[1]).replace("%%", "%")


def _called(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if name in CALLS and texts:
                yield str(texts[-1] if name.startswith("pgettext") else texts[0])
