"""Secret links of a registration, its ticket, and links for helpers at the door (people.tokens)."""

from functools import partial

from django.conf import settings

from meetups.models.partner import SIGNS
from people import tokens
from people.tokens import hash_of, new_seed

__all__ = [
    "door_token_for",
    "door_token_from",
    "hash_of",
    "new_seed",
    "short_code_for",
    "short_codes_of",
    "short_in",
    "ticket_for",
    "ticket_holder",
    "token_for",
    "token_from",
]

PURPOSE = "registrations.token"
TICKET = "registrations.ticket"
SHORT = "registrations.short_code"
DOOR = "registrations.door"

# 38 bits: enough for the few hundred of an evening, and short enough to be typed.
SHORT_SIGNS = 8

token_from = partial(tokens.token_from, PURPOSE)
token_for = partial(tokens.token_for, PURPOSE)
door_token_from = partial(tokens.token_from, DOOR)
door_token_for = partial(tokens.token_for, DOOR)


def ticket_for(registration_id: int) -> str:
    """What the code of a ticket carries; it names the seat and opens nothing."""
    return tokens.signed(TICKET, str(registration_id))


def ticket_holder(ticket: str) -> int | None:
    """Whose ticket this is; None for a code that is not ours."""
    fact = tokens.unsigned(TICKET, ticket)
    return int(fact) if fact else None


def short_code_for(registration_id: int, key: str = "") -> str:
    """The ticket for a keyboard: 8 signs without case, known only among those of its evening."""
    token = tokens.token_from(SHORT, str(registration_id), key)
    number = int(hash_of(token), 16)
    signs = []
    for _each in range(SHORT_SIGNS):
        number, sign = divmod(number, len(SIGNS))
        signs.append(SIGNS[sign])
    return "".join(signs)


def short_codes_of(registration_id: int) -> list[str]:
    """Those that were ever shown to its holder: by the key of today, then by older ones."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [short_code_for(registration_id, key) for key in keys]


def short_in(text: str) -> str:
    """The short code that somebody typed, in any case and with any spaces; "" where it is none."""
    code = "".join(text.split()).replace("-", "").lower()
    return code if len(code) == SHORT_SIGNS and set(code) <= set(SIGNS) else ""
