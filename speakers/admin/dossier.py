"""Everything beside a proposal's texts: who speaks, how it stands, what was thought and done."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet

from meetups.rights import ADD, ADDRESSES, VIEW, Rights
from people.models import User
from speakers.admin.sight import knows_marks, knows_names, speakers_of
from speakers.admin.wording import Chip, chips, said, will_be_said
from speakers.models import Consent, Criterion, Offer, Part, Proposal, Review, Score, Step
from speakers.states import LIVE, Stage


@dataclass(frozen=True)
class Line:
    """One reviewer's marks by criterion, None where she gave none."""

    review: Review
    values: list[tuple[Criterion, int | None]]


class Dossier:
    """What the page of one proposal shows to one person; templates ask for what they need."""

    def __init__(self, proposal: Any, rights: Rights, user: User) -> None:
        self.proposal, self.rights, self.user = proposal, rights, user
        self.series = [proposal.call.series_id]
        self.decides = proposal.may_decide
        self.names_known = knows_names(proposal)

    def _may(self, action: str, label: str) -> bool:
        return self.rights.may_in_one(action, label, self.series)

    # How it stands

    def chips(self) -> list[Chip]:
        return chips(self.proposal)

    def stage(self) -> str:
        """As the column of the board is called."""
        return str(Stage(self.proposal.stage).label)

    def last_told(self) -> str:
        return said(self.proposal.told_state, self.proposal.told_event)

    def to_tell(self) -> str:
        return will_be_said(self.proposal)

    def talk(self) -> Any:
        return getattr(self.proposal, "talk", None)

    def may_open_evenings(self) -> bool:
        return self._may(VIEW, "meetups.event")

    # Who speaks

    def speakers(self) -> str:
        return speakers_of(self.proposal)

    def may_write_to(self) -> bool:
        """Whether addresses are shown."""
        return self.names_known and self._may(VIEW, ADDRESSES)

    def parts(self) -> Iterable[Part]:
        """All in it, also who did not answer her invitation; nobody where names are hidden."""
        if not self.names_known:
            return []
        latest = Prefetch("consents", Consent.objects.order_by("-given_at", "-pk"))
        return self.proposal.parts.select_related("speaker", "contact").prefetch_related(latest)

    # What happened

    def steps(self) -> QuerySet[Step]:
        return self.proposal.steps.select_related("by", "event")

    def offers(self) -> QuerySet[Offer]:
        """Free places it was offered, while it stood in reserve."""
        return self.proposal.offers.select_related("slot__event").order_by("-pk")

    # What reviewers think

    def own_talk(self) -> bool:
        return is_hers(self.proposal, self.user)

    def may_review(self) -> bool:
        open_to_marks = self.proposal.state in LIVE and not self.own_talk()
        return open_to_marks and self._may(ADD, "speakers.review")

    def marks_known(self) -> bool:
        return knows_marks(self.proposal)

    def criteria(self) -> list[Criterion]:
        return list(self.proposal.call.criteria.all())

    def lines(self) -> list[Line]:
        """Everybody's marks; one's own alone where others' are not hers to read yet."""
        scores = Prefetch("scores", Score.objects.order_by("pk"))
        reviews = self.proposal.reviews.select_related("user").prefetch_related(scores)
        if not self.marks_known():
            reviews = reviews.filter(user=self.user)
        criteria, lines = self.criteria(), []
        for review in reviews:
            given = {score.criterion_id: score.value for score in review.scores.all()}
            lines.append(Line(review, [(one, given.get(one.pk)) for one in criteria]))
        return lines

    def mean(self) -> Decimal | None:
        return self.proposal.mean


def is_hers(proposal: Proposal, user: User) -> bool:
    """Whether this user speaks in it: nobody marks a talk of her own."""
    contacts = [part.contact for part in proposal.parts.all() if part.contact]
    return any(
        contact.user_id == user.pk or contact.email.lower() == user.email.lower()
        for contact in contacts
    )
