"""The one spelling of a phone number."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

_BETWEEN = re.compile(r"[\s().\-/\u2010-\u2015\u2212]+")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def normalized_phone(text: str) -> str:
    """The number as E.164 has it, "+375291234567"; "" for nothing.

    Raises ValidationError for what nobody could call.
    """
    number = re.sub("^00", "+", _BETWEEN.sub("", text))
    if number and not _NUMBER.fullmatch(number):
        raise ValidationError(
            _("Please write the number with the code of its country, like +375 29 123-45-67.")
        )
    return number
