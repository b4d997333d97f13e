"""Sister groups of a series: one a line, a name and its address (need 65)."""

from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

_validate_address = URLValidator(schemes=["http", "https"])


class Friend(NamedTuple):
    name: str
    url: str


def friends_in(text: str) -> list[Friend]:
    """Those of the text in its order; lines that do not name a web address are left out."""
    found = [_friend(line) for line in text.splitlines()]
    return [friend for friend in found if friend]


def validate_friends(text: str) -> None:
    """Raises ValidationError with the first line that is no name with an http(s) address."""
    for line in text.splitlines():
        if line.strip() and _friend(line) is None:
            sentence = _(
                "Write a name and an address that begins with https:// in this line: %(line)s"
            )
            raise ValidationError(sentence % {"line": line.strip()[:100]})


def _friend(line: str) -> Friend | None:
    name, _blank, url = line.strip().rpartition(" ")
    try:
        _validate_address(url)
    except ValidationError:
        return None
    return Friend(name.strip(), url) if name.strip() else None
