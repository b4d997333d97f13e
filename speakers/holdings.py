"""What this app holds of a person: her profile, talks, slides, wishes and words."""

from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from outbox.letters import spoken
from people.holdings import Person, drop_file, erasers, holds
from people.keeping import Rule, Span, keep
from people.models import Contact
from people.tokens import new_seed
from people.traces import INSTEAD, unname_log
from speakers.models import (
    Comment,
    Consent,
    Duty,
    Lead,
    Part,
    Proof,
    Proposal,
    Rehearsal,
    Remark,
    Review,
    SlideDraft,
    Speaker,
    Step,
    Talk,
    Topic,
    Voice,
)
from speakers.states import State

# From here a proposal can still be taken back.
OPEN = (State.DRAFT, State.SUBMITTED, State.ACCEPTED, State.CONFIRMED, State.RESERVE)


def _proposals(contact: Contact) -> Any:
    hers = Proposal.objects.filter(parts__contact=contact, parts__is_author=True)
    drafts = Proposal.objects.filter(by_email__iexact=contact.email)
    return Proposal.objects.filter(Q(pk__in=hers) | Q(pk__in=drafts))


def _talks(contact: Contact) -> Any:
    return Talk.objects.filter(speakers__contact=contact)


def _by_part(model: Any) -> Any:
    return lambda contact: model.objects.filter(part__contact=contact)


OURS = {"rev", "told_rev", "knew_rev", "knew_state", "knew_event", "chased", "chased_at"}

holds(Speaker, Speaker.objects.of, {"contact"}, files=["photo"])
holds(Part, lambda contact: Part.objects.filter(contact=contact), {"contact", "speaker"})
holds(Proposal, _proposals, OURS)
holds(Talk, _talks)
holds(Duty, lambda contact: Duty.objects.filter(talk__in=_talks(contact)))
holds(Rehearsal, lambda contact: Rehearsal.objects.filter(talk__in=_talks(contact)))
holds(Consent, _by_part(Consent))
holds(SlideDraft, _by_part(SlideDraft), files=["file"])
holds(Comment, _by_part(Comment))
holds(Topic, lambda contact: Topic.objects.filter(wished_by=contact), {"wished_by"})
holds(Voice, lambda contact: Voice.objects.filter(contact=contact), {"contact"})
holds(Remark, lambda contact: Remark.objects.filter(contact=contact), {"contact"})
holds(Lead, lambda contact: Lead.objects.filter(email__iexact=contact.email))
holds(Proof, lambda contact: Proof.objects.filter(address__iexact=contact.email))


def _take_back(person: Person) -> None:
    """Talks to come leave their evenings; the organizers hear of it as of any other."""
    Proof.objects.filter(address__iexact=person.email).delete()
    nobodys = Proposal.objects.filter(by_email__iexact=person.email, parts=None)
    nobodys.filter(state=State.DRAFT).delete()
    for proposal in _proposals(person.contact).filter(state__in=OPEN).order_by("pk"):
        if not is_given(proposal):
            proposal.withdraw()
    for part in Part.objects.filter(contact=person.contact, is_author=False):
        if not is_given(part.proposal):
            _leave(part)


def is_given(proposal: Proposal) -> bool:
    """Whether it has been heard: then it belongs to the history of its evening."""
    event = proposal.event
    return proposal.state == State.CONFIRMED and event is not None and event.is_over


def _leave(part: Part) -> None:
    with part.proposal.locked() as proposal:
        part.delete()
        if hasattr(proposal, "talk"):
            proposal.talk.follow_speakers()


def _erase(person: Person) -> None:
    """A talk that was given stays in its evening, by somebody who asked to be forgotten."""
    contact = person.contact
    talks = [talk.pk for talk in _talks(contact)]
    Rehearsal.objects.filter(talk__in=talks).update(notes="")
    _erase_slides(contact)
    _erase_proposals(contact)
    for speaker in Speaker.objects.of(contact):
        _unname(speaker)
    alone = Talk.objects.filter(pk__in=talks).exclude(speakers__in=_others(contact))
    alone.update(video_url="", slides_url="", has_slides=False)
    for talk in Talk.objects.filter(pk__in=talks).exclude(slot=None).select_related("slot__event"):
        if talk.slot:
            talk.slot.event.reindex()
    _erase_words(person)


def _others(contact: Contact) -> Any:
    return Speaker.objects.exclude(contact=contact) | Speaker.objects.filter(contact=None)


def _erase_slides(contact: Contact) -> None:
    for draft in SlideDraft.objects.filter(part__contact=contact):
        if draft.is_published:
            draft.hide()
        drop_file(draft.file)
        SlideDraft.objects.filter(pk=draft.pk).delete()


def _erase_proposals(contact: Contact) -> None:
    hers = Proposal.objects.filter(pk__in=list(_proposals(contact).values_list("pk", flat=True)))
    unname_log(hers)
    Step.objects.filter(proposal__in=hers).update(note="")
    Review.objects.filter(proposal__in=hers).update(comment="")
    given = [proposal.pk for proposal in hers if is_given(proposal)]
    hers.update(notes="", because="", by_name="", by_email="", lead=None)
    never = hers.exclude(pk__in=given)
    Talk.objects.filter(proposal__in=never).delete()
    never.update(title=INSTEAD, abstract="", abstract_html="")
    Comment.objects.filter(part__contact=contact).delete()


def _unname(speaker: Speaker) -> None:
    unname_log(Speaker.objects.filter(pk=speaker.pk))
    drop_file(speaker.photo)
    series = speaker.series.first()
    with override(spoken(series.language if series else "")):
        speaker.name = gettext("A speaker who asked to be forgotten")
    speaker.bio = speaker.website = speaker.links = ""
    speaker.photo, speaker.contact = "", None
    speaker.save()


def _erase_words(person: Person) -> None:
    """Her wishes count on as somebody's; what she wrote about others' talks goes."""
    contact = person.contact
    leads = Lead.objects.filter(email__iexact=person.email)
    unname_log(leads)
    leads.delete()
    Remark.objects.filter(contact=contact).delete()
    Voice.objects.filter(contact=contact).update(contact=None, note="")
    Topic.objects.filter(wished_by=contact, shown_at=None).delete()
    Topic.objects.filter(wished_by=contact).update(wished_by=None)
    for part in Part.objects.filter(contact=contact):
        # Her old link opens nothing any more.
        part.contact, part.seed, part.token_hash = None, new_seed(), ""
        part.save()


erasers += [_take_back, _erase]


def _leads(span: Span) -> Any:
    """People to ask, not spoken with for so long; a no is kept, so that nobody asks again."""
    asked = Lead.objects.filter(
        series=span.series_id, state__in=[Lead.State.LEAD, Lead.State.CONTACTED]
    )
    begun = TruncDate("created_at")
    touched = Greatest(begun, Coalesce(F("last_contact"), begun))
    return asked.alias(touched=touched).filter(touched__lt=timezone.localdate(span.before))


keep(
    Rule(
        "leads",
        _("people to ask for a talk, since the last contact"),
        730, 90, 1825, _leads, lambda rows: rows.delete(), may_stay=True,
    )
)  # fmt: skip
