"""What guests are asked beyond name and address: sparingly, later, and never twice (O16)."""

from collections.abc import Iterable
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.validators import MinValueValidator
from django.db import connection, models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Event, Series
from people.models import Contact
from registrations.models.registration import Registration

# One short statement of its own: nobody waits for the disk because a form is counted.
COUNT_FORM = """
WITH quickly AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO registrations_formday AS f (event_id, day, opened, amiss, sent)
SELECT %(event)s, %(day)s, %(opened)s, %(amiss)s, %(sent)s FROM quickly
ON CONFLICT (event_id, day) DO UPDATE SET
    opened = f.opened + excluded.opened, amiss = f.amiss + excluded.amiss,
    sent = f.sent + excluded.sent
"""


class QuestionQuerySet(models.QuerySet["Question"]):
    def asked(self) -> Self:
        return self.filter(is_asked=True)

    def of_the_form(self, series: Series) -> Self:
        """Those that everybody is asked: the form for a seat does not know who stands before it."""
        return self.asked().filter(series=series, from_visit__lte=1)

    def due_to(self, registration: Registration) -> Self:
        """Those that its holder may be asked at this visit, or has answered already."""
        series = registration.event.series_id
        visit = visit_of(registration)
        return self.asked().filter(series=series, from_visit__lte=visit)

    def unanswered_by(self, contact: Contact) -> Self:
        known = Answer.objects.given().filter(question=OuterRef("pk"), contact=contact)
        return self.filter(~Exists(known))


def visit_of(registration: Registration) -> int:
    """1 for the first evening of a series, 2 where she was at another one before."""
    before = Registration.objects.attended().filter(
        contact=registration.contact_id,
        event__series=registration.event.series_id,
        event__status=Event.Status.PUBLISHED,
        event__ends_at__lte=timezone.now(),
    )
    return before.exclude(event=registration.event_id).count() + 1


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

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text

    @property
    def options(self) -> list[str]:
        """The choices, each once, in the order in which they are offered."""
        lines = (" ".join(line.split()) for line in self.choices.splitlines())
        return list(dict.fromkeys(filter(None, lines)))


class AnswerQuerySet(models.QuerySet["Answer"]):
    def given(self) -> Self:
        return self.exclude(value=[])

    def note_shown(self, questions: Iterable[Question], registration: Registration) -> None:
        """Remember that she saw these; what she has answered stays."""
        rows = [
            self.model(question=question, contact=registration.contact, registration=registration)
            for question in questions
        ]
        self.bulk_create(rows, ignore_conflicts=True)

    def keep_new(self, answers: dict[int, list[str]], registration: Registration) -> None:
        """From a form that anybody may fill in for any address: nothing known is changed."""
        rows = self._rows(answers, registration)
        self.bulk_create(rows, ignore_conflicts=True)
        for row in [row for row in rows if row.value]:
            unsaid = self.filter(question=row.question_id, contact=row.contact_id, value=[])
            unsaid.update(value=row.value, registration=registration, given_at=timezone.now())

    def keep(self, answers: dict[int, list[str]], registration: Registration) -> None:
        """What she answers by her own link, in place of what she answered before."""
        self.bulk_create(
            self._rows(answers, registration),
            update_conflicts=True,
            unique_fields=["question", "contact"],
            update_fields=["value", "registration", "given_at"],
        )

    def _rows(self, answers: dict[int, list[str]], registration: Registration) -> list[Any]:
        who = {"contact": registration.contact, "registration": registration}
        return [self.model(question_id=pk, value=value, **who) for pk, value in answers.items()]


class Answer(models.Model):
    """What somebody answered; whoever has answered is not asked again."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="answers")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="answers")
    registration = models.ForeignKey(
        Registration, models.SET_NULL, null=True, related_name="answers"
    )
    # A list, also of one: the words chosen or typed. Empty: she saw it and left it open.
    value: Any = models.JSONField(default=list)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["question", "contact"], name="answer_once")]

    def __str__(self) -> str:
        return ", ".join(map(str, self.value))


class FormDayQuerySet(models.QuerySet["FormDay"]):
    def count_one(self, event: Event, what: str) -> None:
        """Count a form "opened", "sent" or "amiss"; outside the lock of the seats."""
        today = timezone.now().astimezone(ZoneInfo(event.zone)).date()
        told: dict[str, Any] = {"event": event.pk, "day": today}
        told |= {name: int(name == what) for name in ("opened", "amiss", "sent")}
        with connection.cursor() as cursor:
            cursor.execute(COUNT_FORM, told)


class FormDay(models.Model):
    """How often the form of an evening was opened, sent and refused on a day: numbers only."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="form_days")
    day = models.DateField()
    opened = models.PositiveIntegerField(default=0)
    amiss = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)

    objects = FormDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("form by day")
        verbose_name_plural = _("forms by day")
        constraints = [models.UniqueConstraint(fields=["event", "day"], name="form_day_once")]

    def __str__(self) -> str:
        return f"{self.event} {self.day}"
