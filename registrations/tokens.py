"""Secret links of a registration (people.tokens)."""

from functools import partial

from people import tokens
from people.tokens import hash_of, new_seed

__all__ = ["hash_of", "new_seed", "token_for", "token_from"]

PURPOSE = "registrations.token"

token_from = partial(tokens.token_from, PURPOSE)
token_for = partial(tokens.token_for, PURPOSE)
