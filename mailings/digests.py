"""The step of the clock for the monthly digests."""

from mailings.digesting import write_due
from mailings.freshening import freshen
from mailings.models import Digest


def advance_digests() -> int:
    """Make what is to be read soon, put right what has not left, write what is due.

    Returns how many letters were written. Any number of planners; one statement where no series
    has a digest, two where none is due.
    """
    digests = Digest.objects.at_hand()
    freshen(digests)
    return write_due(digests)
