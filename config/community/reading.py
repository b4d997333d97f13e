"""From a file to checked records, or to the list of what is wrong with it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from config.community.problems import Problems, Refusal
from config.community.shapes import SECTIONS, Record
from config.community.values import shown

Community = dict[str, list[Record]]


def parsed(path: Path) -> object:
    """What the file holds. Raises Refusal where it cannot be read or is no JSON."""
    try:
        written = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(f"{path}: this is no UTF-8 text (byte {error.start}).") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refusal(f"{path}: cannot be read ({reason}).") from None
    try:
        return json.loads(written, object_pairs_hook=_each_key_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Refusal(f"{path}: this is no JSON ({error.msg}, {place}).") from None
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: this is no JSON that can be loaded ({error}).") from None


def checked(told: object, problems: Problems) -> Community:
    """The records of each section. What is wrong with them goes to the problems."""
    if not isinstance(told, dict):
        problems.add("", f"the file holds {shown(told)} where an object with sections is needed")
        return {name: [] for name in SECTIONS}
    for name in told.keys() - SECTIONS.keys():
        problems.add("", f"unknown section {shown(name)}; known are {', '.join(SECTIONS)}")
    return {
        name: shape.read_all(told.get(name, []), name, problems) for name, shape in SECTIONS.items()
    }


def _each_key_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {shown(key)} stands twice in one object")
        found[key] = value
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
