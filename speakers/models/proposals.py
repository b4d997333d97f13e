"""Which proposals: the words in which pages, tasks and the admin ask for them."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import (
    Case,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from people import tokens
from people.models import User
from speakers import telling
from speakers.models.part import Part
from speakers.models.review import Review
from speakers.states import Stage, State

if TYPE_CHECKING:
    from speakers.models.proposal import Proposal  # noqa: F401  whose these are


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def sent_in(self) -> Self:
        """All that organizers see: no drafts, also none that were thrown away."""
        return self.exclude(state=State.DRAFT).exclude(submitted_at=None)

    def draft_for_token(self, token: str) -> Self:
        """The draft that is written at this address."""
        return self.filter(state=State.DRAFT, draft_hash=tokens.hash_of(token))

    def owed(self) -> Self:
        """Those whose speakers do not know yet how they stand."""
        place, known = Coalesce("talk__slot__event", 0), Coalesce("told_event", 0)
        rows = self.sent_in().alias(place=place, known=known)
        return rows.exclude(told_state=F("state"), known=F("place"))

    def overdue(self) -> Self:
        """Past the day on which an answer was promised."""
        return self.sent_in().filter(_late())

    def offered(self) -> Self:
        """Placed on an evening to come, told so, and not answered yet."""
        return self.filter(
            state=State.ACCEPTED,
            talk__slot__event=F("told_event"),
            talk__slot__event__starts_at__gt=timezone.now(),
        )

    def unreviewed(self, user: User) -> Self:
        """Still to be answered, without this reviewer's marks, and not a talk of her own."""
        own = Part.objects.filter(Q(contact__user=user) | Q(contact__email__iexact=user.email))
        done = Review.objects.filter(user=user)
        return self.filter(state=State.SUBMITTED).exclude(
            Q(pk__in=done.values("proposal")) | Q(pk__in=own.values("proposal"))
        )

    def with_marks(self, user: User) -> Self:
        """With `mean` and `reviewed` (their marks, how many), `reviewed_by_me` and `is_overdue`."""
        reviews = Review.objects.filter(proposal=OuterRef("pk")).order_by().values("proposal")
        mine = Review.objects.filter(proposal=OuterRef("pk"), user=user)
        return self.annotate(
            mean=Subquery(reviews.annotate(n=models.Avg("mark")).values("n")),
            reviewed=Coalesce(Subquery(reviews.annotate(n=Count("pk")).values("n")), 0),
            reviewed_by_me=Exists(mine),
            is_overdue=Case(When(_late(), then=True), default=False),
        )

    def with_stage(self) -> Self:
        """With `stage`: the column of the board in which it stands."""
        over = Q(talk__slot__event__ends_at__lte=timezone.now())
        placed = Q(talk__slot__isnull=False)
        rules = [
            When(Q(state=State.CONFIRMED) & over, then=Value(Stage.GIVEN)),
            When(Q(state=State.ACCEPTED) & placed, then=Value(Stage.OFFERED)),
            When(state=State.ACCEPTED, then=Value(Stage.POOL)),
        ]
        return self.annotate(stage=Case(*rules, default=F("state")))

    def unanswered(self) -> Self:
        """Asked twice again whether the evening suits, and still without an answer."""
        return self.offered().filter(chased__gte=telling.MOST_CHASES)

    def chase_due(self) -> int:
        """Ask again where nobody said yes or no in time; twice at most. Returns how many are asked.

        Any number of planners, twice is harmless.
        """
        waited = F("call__confirm_days") * Value(timedelta(days=1))
        late = self.offered().filter(
            chased__lt=telling.MOST_CHASES,
            call__confirm_days__gt=0,
            talk__slot__event__starts_at__gt=timezone.now() + telling.TOO_LATE,
        )
        asked = Coalesce("chased_at", "told_at")
        again = ExpressionWrapper(asked + waited, models.DateTimeField())
        due = late.alias(again=again).filter(again__lte=timezone.now())
        return sum(telling.chase(proposal) for proposal in due)

    def forget_drafts(self) -> int:
        """Remove what nobody sent in or proved within a week (reliability §4.6)."""
        old = timezone.now() - timedelta(days=7)
        return self.filter(state=State.DRAFT, parts=None, edited_at__lt=old).delete()[0]


def _late() -> Q:
    waits = Q(state=State.SUBMITTED) | Q(told_state=State.SUBMITTED)
    return waits & Q(answer_by__lt=timezone.now().date())
