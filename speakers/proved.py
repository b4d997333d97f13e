"""Whose address is proved in this session: speakers have no account (T44)."""

from allauth.account.models import EmailAddress
from django.http import HttpRequest

from people.models import Contact

SPEAKER = "speaker"
PROOF = "proof"


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
