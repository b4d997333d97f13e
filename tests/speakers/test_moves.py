"""The table of moves: every pair of states, and the sentence where a move is refused."""

from itertools import product

import pytest

from meetups.models import Refused
from tests.builders import make_proposal

pytestmark = pytest.mark.django_db

STATES = ["draft", "submitted", "accepted", "confirmed", "reserve", "declined", "withdrawn"]
# architecture.md §3 and lesson 4, written out by hand: everything else is refused.
LEGAL = {
    "draft submitted",
    "draft withdrawn",
    "submitted accepted",
    "submitted reserve",
    "submitted declined",
    "submitted withdrawn",
    "accepted confirmed",
    "accepted reserve",
    "accepted declined",
    "accepted withdrawn",
    "confirmed accepted",
    "confirmed reserve",
    "confirmed withdrawn",
    "reserve accepted",
    "reserve confirmed",
    "reserve declined",
    "reserve withdrawn",
    "declined submitted",
    "declined withdrawn",
}


@pytest.mark.parametrize(("old", "new"), list(product(STATES, STATES)))
def test_every_pair_of_states_is_a_move_or_a_refusal_with_its_reason(old, new):
    proposal = make_proposal(state=old)
    rev = proposal.rev
    if f"{old} {new}" in LEGAL:
        proposal.submitted_at = proposal.submitted_at or proposal.created_at
        proposal.move_to(new)
        assert (proposal.state, proposal.rev) == (new, rev + 1)
    else:
        with pytest.raises(Refused) as refused:
            proposal.move_to(new)
        assert refused.value.messages[0].endswith(".")
        proposal.refresh_from_db()
        assert (proposal.state, proposal.rev) == (old, rev)
