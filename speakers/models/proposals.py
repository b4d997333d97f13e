"""Which proposals: the words in which pages, tasks and the admin ask for them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people import tokens
from people.models import Contact
from speakers.models.part import Part
from speakers.states import State

if TYPE_CHECKING:
    from speakers.models.proposal import Proposal  # noqa: F401  whose these are


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def sent_in(self) -> Self:
        """All that organizers see: no drafts."""
        return self.exclude(state=State.DRAFT)

    def of(self, contact: Contact) -> Self:
        """Hers, also those she was invited into and said yes to; the latest first."""
        mine = Part.objects.speaking().filter(contact=contact)
        return self.filter(pk__in=mine.values("proposal")).order_by("-created_at", "-pk")

    def draft_for_token(self, token: str) -> Self:
        """The draft that is written at this address."""
        return self.filter(state=State.DRAFT, draft_hash=tokens.hash_of(token))

    def owed(self) -> Self:
        """Those whose speakers do not know yet how they stand."""
        same_place = Q(told_event=F("talk__slot__event")) | Q(
            told_event=None, talk__slot__event=None
        )
        return self.sent_in().exclude(Q(told_state=F("state")) & same_place)

    def overdue(self) -> Self:
        """Past the day on which an answer was promised."""
        today = timezone.now().date()
        waits = Q(state=State.SUBMITTED) | Q(told_state=State.SUBMITTED)
        return self.sent_in().filter(waits, answer_by__lt=today)

    def offered(self) -> Self:
        """Placed on an evening to come, told so, and not answered yet."""
        return self.filter(
            state=State.ACCEPTED,
            talk__slot__event=F("told_event"),
            talk__slot__event__starts_at__gt=timezone.now(),
        )

    def forget_drafts(self) -> int:
        """Remove what nobody sent in or proved within a week (reliability §4.6)."""
        old = timezone.now() - timedelta(days=7)
        return self.filter(state=State.DRAFT, parts=None, edited_at__lt=old).delete()[0]
