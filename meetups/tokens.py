"""Secret links of a wish to follow (people.tokens)."""

from functools import partial

from people import tokens

PURPOSE = "meetups.follow"

follow_token_from = partial(tokens.token_from, PURPOSE)
follow_token_for = partial(tokens.token_for, PURPOSE)
