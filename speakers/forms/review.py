"""A reviewer's marks for one proposal: 1 to 5 by criterion, and a word to the others."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.models import User
from speakers.models import Criterion, Proposal, Review
from speakers.models.review import HIGHEST, LOWEST

NO_OPINION = "0"
COMMENT: Any = Review._meta.get_field("comment")


class ReviewForm(forms.Form):
    """One row of marks for each criterion of the call; not all need one."""

    def __init__(self, *args: Any, proposal: Proposal, user: User) -> None:
        super().__init__(*args)
        self.label_suffix = ""
        self.proposal, self.user = proposal, user
        self.review = proposal.reviews.filter(user=user).first()
        self.criteria = {f"criterion-{c.pk}": c for c in proposal.call.criteria.all()}
        marks = [(str(n), str(n)) for n in range(LOWEST, HIGHEST + 1)]
        for name, criterion in self.criteria.items():
            self.fields[name] = forms.ChoiceField(
                label=criterion.name,
                choices=[*marks, (NO_OPINION, _("no opinion"))],
                widget=forms.RadioSelect,
                help_text=_("weight %(weight)d") % {"weight": criterion.weight},
            )
        comment: Any = COMMENT.formfield(widget=forms.Textarea(attrs={"rows": 4}))
        self.fields["comment"] = comment
        self._fill()

    def _fill(self) -> None:
        """One's earlier marks; without any, nothing is chosen beforehand."""
        if self.review is None:
            return
        given = {f"criterion-{s.criterion_id}": str(s.value) for s in self.review.scores.all()}
        self.initial = {name: given.get(name, NO_OPINION) for name in self.criteria}
        self.initial["comment"] = self.review.comment

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.scores() and not data.get("comment"):
            raise ValidationError(gettext("Give a mark at least, or a comment."))
        return data

    def scores(self) -> dict[Criterion, int]:
        """The marks that were given."""
        given = {c: int(self.cleaned_data.get(name, 0)) for name, c in self.criteria.items()}
        return {criterion: value for criterion, value in given.items() if value}

    def keep(self) -> Review:
        """Put them in place of her earlier ones; safe when she clicks twice."""
        with transaction.atomic():
            review, _made = Review.objects.get_or_create(proposal=self.proposal, user=self.user)
            review = Review.objects.select_for_update().get(pk=review.pk)
            review.comment = self.cleaned_data["comment"]
            review.give(self.scores())
        return review
