"""What a phone sent, read with care: every refusal is a sentence, none is a crash."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registrations.door.taking import Told
from registrations.models import Scan

# A phone sends its queue in pieces of so many.
MOST = 50
MOST_BYTES = 100_000
# What a helper's phone may say; "self" is said by another page.
KINDS = frozenset(Scan.Kind) - {Scan.Kind.SELF}
LONGEST = {"code": 500, "name": 200, "email": 254, "device": 40}


def read(body: bytes) -> tuple[list[Told], list[UUID]]:
    """The scans, and the ids of those that somebody has looked at. Raises ValidationError."""
    if len(body) > MOST_BYTES:
        raise ValidationError(_("That is too much at once: please send at most 50 scans."))
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise ValidationError(_("This is not JSON.")) from None
    if not isinstance(said, dict):
        raise ValidationError(_("Expected an object with a list of scans."))
    scans, seen = _list(said, "scans"), _list(said, "seen")
    device = _text(said, "device")
    return [_told(one, device) for one in scans], [_uuid(one) for one in seen]


def _list(said: dict[str, Any], name: str) -> list[Any]:
    items = said.get(name, [])
    if not isinstance(items, list):
        raise ValidationError(_("“%(name)s” must be a list.") % {"name": name})
    if len(items) > MOST:
        raise ValidationError(_("That is too much at once: please send at most 50 scans."))
    return items


def _told(said: Any, device: str) -> Told:
    if not isinstance(said, dict):
        raise ValidationError(_("Each scan must be an object."))
    if not isinstance(said.get("kind"), str) or said["kind"] not in KINDS:
        raise ValidationError(_("“%(name)s” is not understood.") % {"name": "kind"})
    return Told(
        kind=said["kind"],
        id=_uuid(said.get("id")),
        code=_text(said, "code"),
        registration=_number(said.get("registration")),
        name=_text(said, "name"),
        email=_text(said, "email"),
        undoes=_uuid(said["undoes"]) if said.get("undoes") else None,
        device=device,
        scanned_at=_instant(said.get("at")),
        was_offline=said.get("offline") is True,
        typed=said.get("typed") is True,
    )


def _text(said: dict[str, Any], name: str) -> str:
    text = said.get(name) or ""
    if not isinstance(text, str) or len(text) > LONGEST[name] or "\x00" in text:
        raise ValidationError(_("“%(name)s” is not understood.") % {"name": name})
    # Half a sign of two, which no database can store.
    return text.encode(errors="replace").decode().strip()


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise ValidationError(_("“%(name)s” is not understood.") % {"name": "id"}) from None


def _number(number: Any) -> int | None:
    if number is None:
        return None
    if type(number) is not int or not 0 < number < 2**63:
        raise ValidationError(_("“%(name)s” is not understood.") % {"name": "registration"})
    return number


def _instant(text: Any) -> datetime | None:
    """By the phone's clock, ISO 8601; without a zone it is read as UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise ValidationError(_("“%(name)s” is not understood.") % {"name": "at"}) from None
