"""Single values: of the right type, within what the column takes, storable."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models

from config.community.problems import Wrong
from meetups.languages import is_language
from people.models import normalized_email
from people.phones import normalized_phone

Read = Callable[[object], Any]

_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}", re.ASCII)
_CLOCK = re.compile(r"\d{2}:\d{2}", re.ASCII)
_WALL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:00)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T00:00(:00)?)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_YEARS = range(1970, 2200)
NOW = "now"


def shown(value: object) -> str:
    """The value as it stands in the file, cut to the length of a line."""
    text = json.dumps(value, ensure_ascii=False)
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 60 else text[:59] + "…"


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong(f"{shown(value)} is no text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Wrong("this text holds half a character (a lone surrogate)") from None
    if "\x00" in value:
        raise Wrong("this text holds a NUL byte")
    return value


def slug(value: object) -> str:
    if not _SLUG.fullmatch(text(value)):
        raise Wrong(f"{shown(value)} is no short name: at most 80 letters a-z, digits, - and _")
    return text(value)


def email(value: object) -> str:
    try:
        return normalized_email(text(value))
    except ValidationError:
        raise Wrong(f"{shown(value)} is no e-mail address") from None


def language(value: object) -> str:
    if not is_language(text(value)):
        raise Wrong(f"{shown(value)} is no language; write it like en or pt-br")
    return text(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{shown(value)} is neither true nor false")
    return value


def wall_time(value: object) -> datetime:
    """A date and a time without a zone, as a clock on the wall shows it."""
    written = text(value)
    if not _WALL_TIME.fullmatch(written):
        raise Wrong(
            f"{shown(value)} is no wall time; write it like 2026-12-10T19:00, "
            "without an offset: the zone is the series'"
        )
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise Wrong(f"there is no such date and time as {shown(value)}") from None
    if moment.year not in _YEARS:
        raise Wrong(f"the year of {shown(value)} is out of reach")
    return moment


def day(value: object) -> date:
    """A day; a time behind it can only be its first minute."""
    if not _DAY.fullmatch(text(value)):
        raise Wrong(f"{shown(value)} is no day; write it like 2026-12-10")
    return wall_time(f"{text(value)[:10]}T00:00").date()


def due(value: object) -> datetime | None:
    """When a message leaves, as wall time; None for "now"."""
    return None if value == NOW else wall_time(value)


def zone(value: object) -> str:
    """A zone of the IANA database; "" is that of whoever writes."""
    if text(value) and value not in available_timezones():
        raise Wrong(f"{shown(value)} is no time zone; write one like Europe/Minsk")
    return text(value)


def phone(value: object) -> str:
    try:
        return normalized_phone(text(value))
    except ValidationError:
        raise Wrong(f"{shown(value)} is no phone number; write one like +375291234567") from None


def password(value: object) -> str:
    if not text(value) or len(text(value)) > 1000:
        raise Wrong("a password is one to 1000 characters")
    return text(value)


def or_null(read: Read) -> Read:
    """Such a value, or null for none."""
    return lambda value: None if value is None else read(value)


def list_of(read: Read) -> Read:
    """A list of such values, each once."""

    def read_all(value: object) -> list[Any]:
        if not isinstance(value, list):
            raise Wrong(f"{shown(value)} is no list")
        return list(dict.fromkeys(read(item) for item in value))

    return read_all


def column(field: "models.Field[Any, Any]") -> Read:
    """What this column of a model takes, with the column's own rules."""

    def read(value: object) -> Any:
        if value is None and field.null:
            return None
        _check_type(field, value)
        _check_limits(field, value)
        try:
            return field.clean(value, None)
        except ValidationError as error:
            raise Wrong(f"{shown(value)}: {' '.join(error.messages)}") from None

    return read


def _check_type(field: "models.Field[Any, Any]", value: object) -> None:
    if isinstance(field, models.BooleanField):
        flag(value)
    elif isinstance(field, models.IntegerField):
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(f"{shown(value)} is no whole number")
    elif isinstance(field, models.FloatField):
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise Wrong(f"{shown(value)} is no number")
    elif isinstance(field, models.TimeField) and not _CLOCK.fullmatch(text(value)):
        raise Wrong(f"{shown(value)} is no time of day; write it like 19:00")
    else:
        text(value)


def _check_limits(field: "models.Field[Any, Any]", value: object) -> None:
    """The limits that columns keep in forms only: of long texts, of what forms do not edit."""
    if isinstance(field, models.CharField) and _CONTROL.search(str(value)):
        raise Wrong(f"{shown(value)} holds a line break or control character")
    limit = field.max_length
    if limit and isinstance(value, str) and len(value) > limit:
        raise Wrong(f"at most {limit} characters fit, these are {len(value)}")
    known = [str(key) for key, _label in field.choices or []]
    if known and value not in known and not (field.blank and value == ""):
        raise Wrong(f"{shown(value)} is unknown; there are {', '.join(filter(None, known))}")
