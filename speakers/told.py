"""A proposal as its speakers know it: what organizers decided since is not in it (lesson 4)."""

from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone

from meetups.models import Event
from meetups.running_order import Item
from outbox import states as outbox_states
from outbox.models import Delivery
from speakers.calendar import place_of
from speakers.models import Duty, Offer, Part, Rehearsal, Remark, Talk
from speakers.states import LIVE, State

# Those in which something can still come of it.
OPEN = LIVE | {State.DRAFT}


class Told:
    """What one speaker may see of her proposal, and what is asked of her now."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.proposal = part.proposal

    @cached_property
    def state(self) -> str:
        """The state she was last told; "submitted" until there was anything to tell."""
        if self.proposal.state == State.DRAFT:
            return State.DRAFT
        return self.proposal.told_state or State.SUBMITTED

    @property
    def is_open(self) -> bool:
        """Whether she may still expect something of it, and take it back."""
        return self.state in OPEN and not (self.event and self.event.is_over)

    @property
    def is_editable(self) -> bool:
        return self.state in LIVE and self.proposal.is_editable

    @property
    def is_past_deadline(self) -> bool:
        closes_at = self.proposal.call.closes_at
        return closes_at is not None and closes_at <= timezone.now()

    @property
    def is_late(self) -> bool:
        """Whether the answer we promised is overdue."""
        by = self.proposal.answer_by
        return by is not None and by < timezone.now().date()

    # The evening

    @cached_property
    def event(self) -> Event | None:
        """The evening she was told of."""
        placed = self.state in {State.ACCEPTED, State.CONFIRMED}
        return self.proposal.told_event if placed else None

    @property
    def is_coming(self) -> bool:
        """Whether she was told of an evening that will take place."""
        event = self.event
        return event is not None and not event.is_cancelled and not event.is_over

    @property
    def is_offered(self) -> bool:
        """Whether we wait for her yes to an evening."""
        return self.state == State.ACCEPTED and self.is_coming

    @cached_property
    def talk(self) -> Talk | None:
        """Her talk while it stands where she said yes to, and she was not told otherwise."""
        proposal = self.proposal
        agreed = self.state == proposal.state == State.CONFIRMED
        settled = agreed and proposal.event is not None and proposal.event == self.event
        return proposal.talk if settled else None

    @cached_property
    def item(self) -> Item | None:
        """Her line of the agenda to come, with the instant at which it begins."""
        return place_of(self.talk) if self.talk and self.is_coming else None

    @cached_property
    def offer(self) -> Offer | None:
        """A free place she was asked to step in for and has not answered."""
        coming = self.proposal.offers.asked().filter(slot__event__starts_at__gt=timezone.now())
        offers = coming.exclude(slot__event__status=Event.Status.CANCELLED)
        return offers.select_related("slot__event__series").order_by("answer_by", "pk").first()

    # What she has to do

    @cached_property
    def duties(self) -> list[Duty]:
        """What is to be done before the evening, the earliest first."""
        return list(self.talk.duties.all()) if self.talk else []

    @property
    def next_duty(self) -> Duty | None:
        """The first of them that she can do here and now."""
        waiting = [duty for duty in self.duties if duty.done_at is None and self.is_coming]
        return next((duty for duty in waiting if self._can_do(duty)), None)

    def _can_do(self, duty: Duty) -> bool:
        if duty.kind == Duty.Kind.PROFILE:
            return bool(self.part.speaker and self.part.speaker.lacks)
        if duty.kind == Duty.Kind.REHEARSAL:
            return Rehearsal.objects.free().filter(event=self.event).exists()
        return duty.kind == Duty.Kind.SLIDES

    @property
    def ask(self) -> str:
        """The one thing that is asked of her now; "" for nothing."""
        if self.offer:
            return "step_in"
        if self.is_offered:
            return "evening"
        if self.next_duty:
            return self.next_duty.kind
        return "consent" if self.talk and not self.part.consents.exists() else ""

    # Who else, and what there was

    def speaking(self) -> QuerySet[Part]:
        """Those who said yes, the author first."""
        return self.proposal.parts.speaking().select_related("speaker")

    def invited(self) -> QuerySet[Part]:
        """Those who were asked and have not said yes; for the author alone."""
        return self.proposal.parts.filter(accepted_at=None).select_related("contact")

    def letters(self) -> QuerySet[Delivery]:
        """What we wrote to her about it, the latest first."""
        about = Delivery.objects.about(f"proposal:{self.proposal.pk}")
        hers = about.filter(contact=self.part.contact_id)
        return hers.exclude(state__in=outbox_states.CLOSED).order_by("-created_at")

    @property
    def is_given(self) -> bool:
        return self.talk is not None and self.event is not None and self.event.is_over

    @property
    def public_talk(self) -> Talk | None:
        """Her talk where its page opens for others, too."""
        if self.talk is None:
            return None
        return Talk.objects.open_by_link().filter(pk=self.talk.pk).first()

    @property
    def remarks(self) -> QuerySet[Remark]:
        """What the audience tells its speakers, without names; nobody else reads it."""
        talk = self.talk if self.is_given else None
        return Remark.objects.filter(talk=talk) if talk else Remark.objects.none()
