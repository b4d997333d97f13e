"""Codes by mail: who can read the mail shows that the address is hers."""

from uuid import uuid4

from django.utils.translation import get_language

from meetups.models import Series
from outbox.models import Delivery
from outbox.models.delivery import HOUSE
from outbox.states import MessageClass
from speakers.models import Proof

FIRST = 0


def send_code(proof: Proof, series: Series | None = None) -> None:
    """Owe the address a fresh code; it goes first, and the outbox forgets it once it is out.

    Nothing a stranger typed stands in the mail: the address may be somebody else's (T51).
    """
    code = proof.new_code()
    sender = {"from_name": series.sender_name or series.name} if series else {}
    Delivery.objects.post(
        None,
        "speakers/code",
        {"code": code, "is_proposal": proof.proposal_id is not None} | sender,
        key=f"{HOUSE}code:{proof.pk}:{uuid4()}",
        message_class=MessageClass.TRANSACTIONAL,
        address=proof.address,
        language=series.language if series else get_language() or "",
        not_after=proof.expires_at,
        priority=FIRST,
    )
