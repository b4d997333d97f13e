"""All that one person proposed, for her list; asked for in a fixed number of queries."""

from functools import cached_property

from django.db.models import Prefetch
from django.utils import timezone

from meetups.models import Event
from people.models import Contact
from speakers.models import Duty, Offer, Part
from speakers.told import Told


class Listed(Told):
    """One line of the list; everything it says came with the list."""

    @cached_property
    def offer(self) -> Offer | None:
        return next(iter(self.proposal.asked), None)  # type: ignore[attr-defined]  # by all_of

    @property
    def next_duty(self) -> Duty | None:
        """The first thing she has not done yet."""
        if not self.is_coming:
            return None
        return next((duty for duty in self.duties if duty.done_at is None), None)

    @property
    def ask(self) -> str:
        if self.part.accepted_at is None:
            return "part"
        if self.offer:
            return "step_in"
        return "evening" if self.is_offered else ""


def all_of(contact: Contact) -> list[Listed]:
    """Her proposals and invitations to speak along, the latest first."""
    if contact._state.adding:  # known as a user only
        return []
    coming = Offer.objects.asked().filter(slot__event__starts_at__gt=timezone.now())
    asked = coming.exclude(slot__event__status=Event.Status.CANCELLED)
    parts = (
        Part.objects.filter(contact=contact, declined_at=None)
        .select_related(
            "proposal__call__series",
            "proposal__told_event__series",
            "proposal__talk__slot__event__series",
        )
        .prefetch_related(
            "proposal__talk__duties",
            Prefetch(
                "proposal__offers",
                asked.select_related("slot__event").order_by("answer_by", "pk"),
                to_attr="asked",
            ),
        )
        .order_by("-proposal__created_at", "-pk")
    )
    return [Listed(part) for part in parts]
