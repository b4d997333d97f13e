"""Secret links of a registration, its ticket, and links for helpers at the door (people.tokens)."""

from functools import partial

from people import tokens
from people.tokens import hash_of, new_seed

__all__ = [
    "door_token_for",
    "door_token_from",
    "hash_of",
    "new_seed",
    "ticket_for",
    "ticket_holder",
    "token_for",
    "token_from",
]

PURPOSE = "registrations.token"
TICKET = "registrations.ticket"
DOOR = "registrations.door"

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
