"""What guests are asked beyond name and address: sparingly, later, and never twice (O16)."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Series
from people.models import Contact
from registrations.models.registration import Registration


class Question(models.Model):
    """One optional question of a series, asked from somebody's n-th visit on (needs 59, 60)."""

    class Kind(models.TextChoices):
        TEXT = "text", _("a line of text")
        CHOICE = "choice", _("one of these")
        CHOICES = "choices", _("some of these")
        YES = "yes", _("yes or no")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="questions", verbose_name=_("series")
    )
    text = models.CharField(_("question"), max_length=200)
    help = models.CharField(_("why we ask"), max_length=300, blank=True)
    kind = models.CharField(_("answer"), max_length=7, choices=Kind, default=Kind.TEXT)
    choices = models.TextField(_("choices, one a line"), max_length=2000, blank=True)
    from_visit = models.PositiveSmallIntegerField(
        _("ask from visit"),
        default=2,
        validators=[MinValueValidator(1)],
        help_text=_("1 is the first: newcomers are best asked nothing."),
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_asked = models.BooleanField(_("is asked"), default=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Answer(models.Model):
    """What somebody answered; whoever has answered is not asked again."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="answers")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="answers")
    registration = models.ForeignKey(
        Registration, models.SET_NULL, null=True, related_name="answers"
    )
    # A list, also of one: the words chosen or typed.
    value: Any = models.JSONField(default=list)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["question", "contact"], name="answer_once")]

    def __str__(self) -> str:
        return ", ".join(map(str, self.value))


class FormDay(models.Model):
    """How often the form of an evening was opened, sent and refused on a day: numbers only."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="form_days")
    day = models.DateField()
    opened = models.PositiveIntegerField(default=0)
    amiss = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("form by day")
        verbose_name_plural = _("forms by day")
        constraints = [models.UniqueConstraint(fields=["event", "day"], name="form_day_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.day}"
