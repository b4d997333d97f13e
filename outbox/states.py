"""The life of a message: its states and the only moves between them.

The same table stands in the database as a trigger (migration 0002); a test holds the two together.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    QUEUED = "queued", _("waiting to be sent")
    HELD = "held", _("held back")
    CLAIMED = "claimed", _("about to be sent")
    HANDOVER = "handover", _("being handed over")
    SENT = "sent", _("sent")
    DELIVERED = "delivered", _("arrived")
    BOUNCED = "bounced", _("came back")
    COMPLAINED = "complained", _("reported as spam")
    UNKNOWN = "unknown", _("unknown: handed over, no answer")
    FAILED = "failed", _("failed")
    SUPPRESSED = "suppressed", _("not sent: the address is blocked")
    CANCELLED = "cancelled", _("withdrawn")
    EXPIRED = "expired", _("missed: too late to send")


class MessageClass(models.TextChoices):
    TRANSACTIONAL = "transactional", _("about the person's own seat or talk")
    SERVICE = "service", _("reminder or thanks")
    PROMOTIONAL = "promotional", _("invitation or news")


# Not yet given to anybody: may still be withdrawn.
OPEN = {State.QUEUED, State.HELD, State.CLAIMED}
# The other side has said that it took the message.
ACCEPTED = {State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED}
# The other side may have the message.
HANDED_OVER = ACCEPTED | {State.HANDOVER, State.UNKNOWN}
# What counts against a cap: given to her, or on its way.
COUNTED = OPEN | HANDED_OVER
# Never sent, and never will be.
CLOSED = {State.FAILED, State.SUPPRESSED, State.CANCELLED, State.EXPIRED}
SETTLED = ACCEPTED | CLOSED

_EVIDENCE = {State.DELIVERED, State.BOUNCED, State.COMPLAINED}
# Evidence may arrive for a message that waits for its second try, or was given up after the first.
MOVES: dict[State, set[State]] = {
    State.QUEUED: CLOSED | ACCEPTED | {State.CLAIMED, State.HELD},
    State.HELD: {State.QUEUED, State.CANCELLED, State.EXPIRED},
    State.CLAIMED: CLOSED | ACCEPTED | {State.QUEUED, State.HANDOVER},
    # Back to the queue only on an answer that says "not taken"; a timer leads to unknown.
    State.HANDOVER: ACCEPTED | {State.UNKNOWN, State.QUEUED, State.FAILED},
    State.UNKNOWN: ACCEPTED | {State.QUEUED, State.FAILED},
    State.SENT: _EVIDENCE,
    State.DELIVERED: {State.BOUNCED, State.COMPLAINED},
    State.BOUNCED: {State.COMPLAINED},
    State.COMPLAINED: set(),
    State.FAILED: ACCEPTED,
    State.SUPPRESSED: ACCEPTED,
    State.CANCELLED: ACCEPTED,
    State.EXPIRED: ACCEPTED,
}
