"""A draft becomes a proposal: its author is known by a proved address."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meetups.models import Refused
from people.models import Contact
from speakers.models import Lead, Part, Proposal, Speaker
from speakers.states import State

DOUBLE_CLICK = timedelta(minutes=1)
TO_AGREE = (Lead.State.LEAD, Lead.State.CONTACTED, Lead.State.DECLINED)


def make_hers(draft: Proposal, contact: Contact) -> Part:
    """The draft is in her list from now on. Raises Refused where it is somebody else's."""
    part = draft.parts.filter(is_author=True).first()
    if part is None:
        name = contact.name or draft.by_name
        speaker = Speaker.objects.for_contact(contact, name, draft.call.series)
        return draft.add_author(contact, speaker)
    if part.contact_id != contact.pk:
        raise Refused(_("Somebody else has sent this proposal in."))
    return part


def just_sent(draft: Proposal, contact: Contact) -> Part | None:
    """Her part in the same talk, sent in a moment ago: a click too many, not a second talk.

    In the caller's transaction; holds the person, so that two clicks at once come one by one.
    """
    Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    lately = timezone.now() - DOUBLE_CLICK
    same = {"proposal__title": draft.title, "proposal__abstract": draft.abstract}
    mine = Part.objects.filter(contact=contact, is_author=True, **same)
    return mine.filter(proposal__submitted_at__gt=lately).first()


def send_in(draft: Proposal, contact: Contact) -> Part:
    """Make it hers and send it in, with her consent on record; a second time changes nothing.

    In the caller's transaction. Raises Refused where the call has closed meanwhile: the draft
    stays, in her list.
    """
    with draft.locked() as fresh:
        part = make_hers(fresh, contact)
    if fresh.state == State.DRAFT:
        _submit(fresh, part)
    return part


def _submit(draft: Proposal, part: Part) -> None:
    draft.submit()
    if draft.by_visibility:
        draft.consent(part, draft.by_visibility, draft.by_licence)
    if draft.lead_id:
        asked = Lead.objects.filter(pk=draft.lead_id, state__in=TO_AGREE)
        asked.update(state=Lead.State.AGREED)
