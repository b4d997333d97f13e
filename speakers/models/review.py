"""What reviewers think of a proposal; only the people who decide ever read it."""

from decimal import ROUND_HALF_UP, Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import User
from speakers.models.call import Call, Criterion

LOWEST, HIGHEST = 1, 5


class ReviewQuerySet(models.QuerySet["Review"]):
    def weigh_again(self, call: Call) -> int:
        """Work out all marks of a call anew, after its criteria or their weights have changed."""
        reviews = self.filter(proposal__call=call).prefetch_related("scores__criterion")
        changed: list[Review] = []
        for review in reviews:
            mark = weighted_mean({score.criterion: score.value for score in review.scores.all()})
            if mark != review.mark:
                review.mark = mark
                changed.append(review)
        return Review.objects.bulk_update(changed, ["mark"], batch_size=500)


class Review(models.Model):
    """One reviewer's marks and words; `mark` is their weighted mean (needs 90, 91)."""

    proposal = models.ForeignKey("speakers.Proposal", models.CASCADE, related_name="reviews")
    user = models.ForeignKey(
        User, models.CASCADE, related_name="talk_reviews", verbose_name=_("reviewer")
    )
    comment = models.TextField(
        _("comment"), max_length=5000, blank=True, help_text=_("The speaker never sees it.")
    )
    mark = models.DecimalField(_("mark"), max_digits=5, decimal_places=4, null=True, editable=False)
    updated_at = models.DateTimeField(_("written"), default=timezone.now)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["proposal", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "user"], name="review_once_per_reviewer")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.mark or '–'}"

    def give(self, scores: dict[Criterion, int]) -> None:
        """Keep these marks, 1 to 5 by criterion, instead of all earlier ones."""
        self.updated_at = timezone.now()
        self.mark = weighted_mean(scores)
        self.save()
        self.scores.all().delete()
        Score.objects.bulk_create(
            Score(review=self, criterion=criterion, value=value)
            for criterion, value in scores.items()
        )


def weighted_mean(scores: dict[Criterion, int]) -> Decimal | None:
    """Σ weight × value / Σ weight, finer than it is shown; None without a single mark."""
    weight = sum(criterion.weight for criterion in scores)
    if not weight:
        return None
    total = sum(criterion.weight * value for criterion, value in scores.items())
    return (Decimal(total) / weight).quantize(Decimal("0.0001"), ROUND_HALF_UP)


class Score(models.Model):
    """One reviewer's mark for one criterion."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="scores")
    value = models.PositiveSmallIntegerField(
        _("mark"), validators=[MinValueValidator(LOWEST), MaxValueValidator(HIGHEST)]
    )

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "criterion"], name="score_once_per_criterion"
            ),
            models.CheckConstraint(
                condition=models.Q(value__gte=LOWEST, value__lte=HIGHEST), name="score_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.value}"
