"""Whose address is proved in this session: by a code instead of an account (T44)."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.translation import get_language

from meetups.models import Series
from outbox.models import Delivery
from outbox.models.delivery import HOUSE
from outbox.states import MessageClass
from people.models import Contact
from speakers.models import Proof

SPEAKER = "speaker"
PROOF = "proof"
FIRST = 0  # in the outbox: somebody waits for it


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


def speaker_of(request: HttpRequest) -> Contact | None:
    """Whoever showed by a code that an address is hers, or signed in with a verified one.

    Of somebody who is only known as a user the contact is not saved yet (see `known`).
    """
    pk = request.session.get(SPEAKER)
    contact = Contact.objects.select_related("speaker").filter(pk=pk).first() if pk else None
    return contact or _of_user(request)


def _of_user(request: HttpRequest) -> Contact | None:
    if not request.user.is_authenticated:
        return None
    verified = EmailAddress.objects.filter(user=request.user, verified=True)
    address = verified.order_by("-primary", "pk").values_list("email", flat=True).first()
    if address is None:
        return None
    found = Contact.objects.at(address).select_related("speaker").first()
    return found or Contact(email=address, name=request.user.name)


def known(contact: Contact) -> Contact:
    """The same person as a row; only what is sent or saved makes one."""
    if not contact._state.adding:
        return contact
    return Contact.objects.for_email(contact.email, contact.name)


def let_in(request: HttpRequest, contact: Contact) -> None:
    """From now on this session is hers; an older address of the session opens nothing."""
    request.session.cycle_key()
    request.session.pop(PROOF, None)
    request.session[SPEAKER] = contact.pk
