"""The secret link by which somebody says whether she helps (people.tokens)."""

from functools import partial

from people import tokens

PURPOSE = "planning.help"

token_from = partial(tokens.token_from, PURPOSE)
token_for = partial(tokens.token_for, PURPOSE)
